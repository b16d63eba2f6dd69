// Price and stock of the offers against the cells that they come from.
"use strict";

function numberOf(text) {
  const found = text === null ? null : text.match(/^-?[0-9]+(?:\.[0-9]+)?/);
  return found ? Number(found[0]) : null;
}

function pointsOf(data, rows, chart) {
  const found = [];
  for (let row = 0; row < rows.count; row += 1) {
    if (rows.own("outcome", row) !== "offer") continue;
    const x = numberOf(rows.value(String(chart.source), row));
    const y = numberOf(rows.value(`=${chart.attribute}`, row));
    if (x !== null && y !== null) found.push([x, y]);
  }
  return found.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
}

function drawCharts(data, rows) {
  const here = document.querySelector("#charts-here");
  for (const chart of data.charts) {
    const points = pointsOf(data, rows, chart);
    if (!points.length) continue;
    const name = data.steps[chart.source].text;
    const ys = points.map((point) => point[1]).sort((a, b) => a - b);
    const said = `${chart.attribute} of ${points.length} offers against ${name}: from ${ys[0]} to ${ys[ys.length - 1]}, median ${ys[Math.floor(ys.length / 2)]}`;
    const drawing = make("div", { role: "img", "aria-label": said });
    here.append(make("figure", {}, drawing, make("figcaption", { text: said })));
    document.querySelector("#charts-section").hidden = false;
    draw(drawing, points, name, chart.attribute);
  }
}

function draw(drawing, points, xName, yName) {
  const colours = () => getComputedStyle(document.documentElement);
  const axis = (label) => ({ label, stroke: () => colours().getPropertyValue("--dim"), grid: { stroke: () => colours().getPropertyValue("--line"), width: 1 } });
  const plot = new uPlot({
    width: Math.max(260, drawing.clientWidth), height: 260, cursor: { show: false }, legend: { show: false },
    scales: { x: { time: false } }, axes: [axis(xName), { ...axis(yName), size: 70 }],
    series: [{}, { paths: () => null, points: { show: true, size: 5, stroke: () => colours().getPropertyValue("--accent") } }],
  }, [points.map((point) => point[0]), points.map((point) => point[1])], drawing);
  const redraw = () => plot.setSize({ width: Math.max(260, drawing.clientWidth), height: 260 });
  window.addEventListener("resize", redraw);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => plot.redraw());
}
