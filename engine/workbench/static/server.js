// Questions to the server. What lets this page in came behind the `#` of the address and stays in this tab.

const KEY = "feedwright-token";
let token = sessionStorage.getItem(KEY) || "";

// Take what stands behind the `#`: the token, or a code that is exchanged for it once.
export async function enter() {
  const [, kind, given] = location.hash.match(/^#(token|code)=([A-Za-z0-9_-]+)$/) || [];
  if (!kind) return;
  history.replaceState(null, "", location.pathname); // out of the history and of what is copied
  token = kind === "token" ? given : (await ask("enter", { code: given })).token;
  sessionStorage.setItem(KEY, token);
}

export class Refused extends Error {
  // What the server says no to: `kind` is "question" (a person mends it), "conflict" (with what is on
  // disk), or the status of HTTP.
  constructor(kind, answer) {
    super(answer.error || `the server answered ${kind}`);
    this.kind = kind;
    this.answer = answer;
  }
}

// The answer to a question; throws `Refused`, or TypeError where nobody answers.
export async function ask(path, question, signal) {
  const headers = { "X-Feedwright-Token": token };
  const options = { headers, signal, cache: "no-store", redirect: "error" };
  if (question !== undefined) {
    options.method = "POST";
    options.body = JSON.stringify(question);
    headers["Content-Type"] = "application/json";
  }
  const response = await fetch(`/api/${path}`, options);
  const answer = await response.json();
  if (!response.ok) throw new Refused(response.status, answer);
  if (answer?.refused) throw new Refused(answer.refused, answer);
  return answer;
}

// A question of which only the newest counts: an older one is given up when a newer is asked.
export class Newest {
  constructor(path) {
    this.path = path;
    this.waiting = null;
  }

  // The answer, or null where a newer question was asked meanwhile.
  async ask(question) {
    this.waiting?.abort();
    const mine = new AbortController();
    this.waiting = mine;
    try {
      const answer = await ask(this.path, question, mine.signal);
      return this.waiting === mine && !answer.stale ? answer : null;
    } catch (fault) {
      if (this.waiting !== mine || fault.name === "AbortError") return null;
      throw fault;
    }
  }
}
