"use strict";
// Draws the charts where they come into sight, and again when the page turns dark or light.
(() => {
  const page = JSON.parse(document.getElementById("payload").textContent);
  const tables = {};
  for (const [name, table] of Object.entries(page.tables)) {
    tables[name] = table.rows.map(
      (row) => Object.fromEntries(table.columns.map((column, place) => [column, row[place]])));
  }
  const started = new Map(tables.updates.map((row) => [row.update, row.at]));
  for (const row of [...tables.runs, ...tables.rules]) row.at = started.get(row.update);

  const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  // Colours stand in the specifications by the names that the style gives them.
  const colored = (part) => {
    if (typeof part === "string") return part.startsWith("--") ? color(part) : part;
    if (Array.isArray(part)) return part.map(colored);
    if (part === null || typeof part !== "object") return part;
    return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, colored(value)]));
  };
  const config = () => ({
    background: null,
    font: getComputedStyle(document.body).fontFamily,
    view: { stroke: null },
    range: { category: ["--calm", "--cool", "--warn", "--bad", "--faint"].map(color) },
    axis: {
      labelColor: color("--muted"), titleColor: color("--muted"), gridColor: color("--line"),
      domainColor: color("--line"), tickColor: color("--line"), titleFontWeight: "normal",
      labelFontSize: 11, titleFontSize: 11.5,
    },
    axisX: { grid: false },
    axisY: { labelLimit: innerWidth < 640 ? 110 : 260 },
    legend: {
      labelColor: color("--muted"), orient: "top", direction: "horizontal", labelFontSize: 11.5,
      columns: innerWidth < 640 ? 2 : 4, symbolType: "square", symbolStrokeWidth: 0, labelLimit: 220,
    },
    line: { strokeWidth: 2 },
    point: { filled: true },
  });

  const rowsOf = (figure) => {
    const rows = tables[page.charts[figure.dataset.chart].table];
    if (figure.dataset.dataset !== undefined) {
      return rows.filter((row) => row.dataset === Number(figure.dataset.dataset));
    }
    return figure.dataset.chart === "graded" ? rows.filter((row) => row.shown) : rows;
  };

  const draw = async (figure) => {
    const plot = figure.querySelector(".plot");
    const rows = rowsOf(figure);
    figure.dataset.drawn = "yes";
    if (!rows.length) {
      plot.style.minHeight = "0";
      plot.textContent = "No figures yet.";
      return;
    }
    const whole = {
      width: "container", height: 180, autosize: { type: "fit-x", contains: "padding" },
      ...colored(page.charts[figure.dataset.chart].spec), config: config(),
      data: { values: rows.map((row) => ({ ...row })) },
    };
    const { x, y } = whole.encoding;
    const many = (field) => new Set(rows.map((row) => row[field])).size;
    // A few updates do not fill the width; a row for each rule is as high as the specification says.
    x.scale = { ...x.scale, paddingOuter: Math.max(0.1, (12 - many(x.field)) / 2) };
    if (y.type === "nominal") whole.height *= many(y.field);
    await vegaEmbed(plot, whole, {
      ast: true, actions: false, renderer: "svg", defaultStyle: false,
      tooltip: { disableDefaultStyle: true },
    });
    figure.dataset.drawn = "done";
  };

  const seen = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (isIntersecting && !target.dataset.drawn) draw(target);
    }
  }, { rootMargin: "300px" });
  const figures = document.querySelectorAll("figure.chart");
  figures.forEach((figure) => seen.observe(figure));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    for (const figure of figures) if (figure.dataset.drawn) draw(figure);
  });

  // The text alternative of a chart: its rows, made when somebody asks for them.
  const HIDDEN = ["dataset", "shown", "label", "grade"];
  const asTable = (rows, caption) => {
    const table = document.createElement("table");
    table.createCaption().textContent = caption;
    const columns = Object.keys(rows[0] || {}).filter(
      (column) => !HIDDEN.includes(column) && rows.some((row) => row[column] !== null));
    const head = table.createTHead().insertRow();
    for (const column of columns) {
      const cell = document.createElement("th");
      cell.scope = "col";
      cell.textContent = { at: "started (UTC)", share: "share passed" }[column] || column.replace("_", " ");
      head.append(cell);
    }
    const body = table.createTBody();
    for (const row of rows) {
      const line = body.insertRow();
      for (const column of columns) {
        const value = row[column];
        const cell = line.insertCell();
        cell.textContent = value === null ? "" : column === "share" ? `${(100 * value).toFixed(2)} %`
          : typeof value === "number" ? value.toLocaleString("en") : value;
        if (typeof value === "number") cell.className = "n";
      }
    }
    return table;
  };
  document.querySelectorAll("details.figures").forEach((details) => {
    details.addEventListener("toggle", () => {
      const place = details.querySelector(".scroll");
      const figure = details.closest("figure");
      if (!place.firstChild) {
        place.append(asTable(rowsOf(figure), figure.querySelector("figcaption").textContent));
      }
    });
  });

  // A box of the picture leads to its details; Escape leads back.
  const arrive = () => {
    const target = document.getElementById(location.hash.slice(1));
    if (target && target.classList.contains("dataset")) target.focus({ preventScroll: true });
  };
  addEventListener("hashchange", arrive);
  arrive();
  let left = null;
  document.querySelectorAll("a.box").forEach((box) => box.addEventListener("click", () => { left = box; }));
  addEventListener("keydown", (event) => {
    if (event.key === "Escape" && location.hash.startsWith("#dataset-")) {
      location.hash = "#pipeline";
      if (left) left.focus();
    }
  });

  // A page that was left open, or is not written any more, says how old it is.
  const age = () => {
    const hours = (Date.now() - Date.parse(page.written_at)) / 3600000;
    if (hours >= 1) {
      const days = Math.floor(hours / 24);
      const count = days || Math.floor(hours);
      document.getElementById("age").textContent =
        `, ${count} ${days ? "day" : "hour"}${count === 1 ? "" : "s"} ago`;
    }
  };
  age();
  setInterval(age, 60000);
})();
