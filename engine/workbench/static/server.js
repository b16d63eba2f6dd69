// Questions to the server. The token came behind the `#` of the address and stays in this tab.

const KEY = "feedwright-token";

function token() {
  const given = location.hash.slice(1);
  if (/^[A-Za-z0-9_-]{20,}$/.test(given)) {
    sessionStorage.setItem(KEY, given);
    history.replaceState(null, "", location.pathname); // out of the history and of what is copied
  }
  return sessionStorage.getItem(KEY) || "";
}

const TOKEN = token();

export class Refused extends Error {
  // What the server says no to: `status` and, of a conflict, what is on disk.
  constructor(status, answer) {
    super(answer.error || `the server answered ${status}`);
    this.status = status;
    this.answer = answer;
  }
}

// The answer to a question; throws `Refused`, or TypeError where nobody answers.
export async function ask(path, question, signal) {
  const headers = { "X-Feedwright-Token": TOKEN };
  const options = { headers, signal, cache: "no-store", redirect: "error" };
  if (question !== undefined) {
    options.method = "POST";
    options.body = JSON.stringify(question);
    headers["Content-Type"] = "application/json";
  }
  const response = await fetch(`/api/${path}`, options);
  const answer = await response.json();
  if (!response.ok) throw new Refused(response.status, answer);
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
