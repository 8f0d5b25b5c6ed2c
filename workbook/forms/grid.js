// A small editable grid of text cells: keyboard, paste from a spreadsheet, lists to choose from, faults beside the cell.
// The page never redraws on a change that it made itself, so that nobody's typing is lost.

const MOST = 1000; // rows: a column copied whole has a million

function render({ model, el }) {
  const table = document.createElement("table");
  table.className = "wb-grid";
  table.setAttribute("role", "grid");
  table.setAttribute("aria-label", model.get("label"));
  const room = document.createElement("div");
  room.className = "wb-grid-room";
  room.append(table);
  const lists = document.createElement("div");
  const note = document.createElement("div");
  note.className = "wb-grid-note";
  note.setAttribute("role", "status");
  el.append(room, note, lists);
  let inputs = [];
  let mine = false;

  const columns = () => model.get("columns");
  const editable = (c) => !model.get("locked") && columns()[c].editable !== false;

  function commit(changes) {
    const cells = model.get("cells").map((row) => row.slice());
    const empty = () => columns().map(() => "");
    let changed = false;
    for (const [r, c, value] of changes) {
      while (cells.length <= r) cells.push(empty());
      if (cells[r][c] !== value) { cells[r][c] = value; changed = true; }
    }
    if (!changed) return;
    if (model.get("grows") && cells.length < MOST && cells.at(-1).some((value) => value)) cells.push(empty());
    note.replaceChildren();
    keep(cells);
    while (inputs.length < cells.length) addRow(cells[inputs.length]); // no redraw: the focus stays where it is
  }

  function keep(cells) {
    mine = true;
    model.set("cells", cells);
    model.save_changes();
    mine = false;
  }

  // What was typed: of a choice, the beginning is enough.
  function typed(input, r, c) {
    if (inputs[r]?.[c] !== input || input.readOnly) return; // its row is gone
    const start = input.value.trim().toLowerCase();
    const fit = (columns()[c].choices ?? []).filter((choice) => choice.toLowerCase().startsWith(start));
    const whole = fit.find((choice) => choice.toLowerCase() === start) ?? (fit.length === 1 ? fit[0] : undefined);
    if (start && whole !== undefined) input.value = whole;
    commit([[r, c, input.value]]);
  }

  function focus(r, c) {
    const input = inputs[r] && inputs[r][c];
    if (input) { input.focus(); if (input.select) input.select(); }
  }

  function onKey(event, r, c) {
    const input = event.target;
    const atStart = input.selectionStart === 0 && input.selectionEnd === 0;
    const atEnd = input.selectionStart === input.value.length;
    const whole = input.selectionStart === 0 && input.selectionEnd === input.value.length;
    if (event.key === "Enter" || event.key === "ArrowDown") { typed(input, r, c); focus(r + (event.shiftKey ? -1 : 1), c); event.preventDefault(); }
    else if (event.key === "ArrowUp") { typed(input, r, c); focus(r - 1, c); event.preventDefault(); }
    else if (event.key === "ArrowLeft" && (atStart || whole)) { focus(r, c - 1); event.preventDefault(); }
    else if (event.key === "ArrowRight" && (atEnd || whole)) { focus(r, c + 1); event.preventDefault(); }
    else if (event.key === "Escape") { input.value = model.get("cells")[r]?.[c] ?? ""; input.select(); event.preventDefault(); }
    else if (event.key === "Delete" && whole && editable(c)) { input.value = ""; commit([[r, c, ""]]); event.preventDefault(); }
    event.stopPropagation(); // JupyterLab's own shortcuts do not act while somebody types
  }

  function onPaste(event, r, c) {
    const text = event.clipboardData.getData("text/plain");
    if (!/[\t\n]/.test(text.replace(/\r?\n$/, ""))) return;
    event.preventDefault();
    const before = model.get("cells");
    const last = model.get("grows") ? MOST : inputs.length;
    const changes = [];
    const out = { fixed: 0, right: 0, below: 0 };
    const lines = text.replace(/\r\n?/g, "\n").replace(/\n+$/, "").split("\n");
    lines.forEach((line, i) => line.split("\t").forEach((cut, j) => {
      const value = cut.trim();
      if (r + i >= last) out.below += value !== "";
      else if (c + j >= columns().length) out.right += value !== "";
      else if (!editable(c + j)) out.fixed += value !== "";
      else changes.push([r + i, c + j, value]);
    }));
    commit(changes);
    update(true); // the cell in focus was pasted into as well
    focus(r, c);
    tell(Math.min(lines.length, last - r), out, last, before);
  }

  // What was pasted, what had no room, and the way back.
  function tell(rows, out, last, before) {
    const values = (n) => `${n} value${n === 1 ? "" : "s"}`;
    const left = [
      out.fixed && `${values(out.fixed)} in columns that cannot be changed`,
      out.right && `${values(out.right)} right of the last column`,
      out.below && `${values(out.below)} below ${model.get("grows") ? `row ${last}` : "the last row"}`,
    ].filter(Boolean).join(", ");
    const undo = document.createElement("button");
    undo.type = "button";
    undo.textContent = "Undo paste";
    undo.addEventListener("click", () => { note.replaceChildren(); keep(before); update(true); });
    note.replaceChildren(`Pasted ${rows} row${rows === 1 ? "" : "s"}.${left ? ` Left out: ${left}.` : ""} `, undo);
  }

  function cell(r, c, value) {
    const column = columns()[c];
    const td = document.createElement("td");
    const input = document.createElement("input");
    input.type = "text";
    input.value = value;
    input.readOnly = !editable(c);
    input.tabIndex = input.readOnly ? -1 : 0;
    input.setAttribute("aria-label", `${column.label}, row ${r + 1}`);
    if (column.numeric) input.className = "wb-grid-number";
    if (column.choices && column.choices.length) input.setAttribute("list", `${listId(c)}`);
    input.addEventListener("change", () => typed(input, r, c));
    input.addEventListener("blur", () => typed(input, r, c));
    input.addEventListener("keydown", (event) => onKey(event, r, c));
    input.addEventListener("paste", (event) => onPaste(event, r, c));
    td.append(input);
    return [td, input];
  }

  const token = Math.random().toString(36).slice(2);
  const listId = (c) => `wb-list-${token}-${c}`;

  function addRow(row) {
    const r = inputs.length;
    const made = columns().map((_, c) => cell(r, c, row[c] ?? ""));
    table.tBodies[0].insertRow().append(...made.map(([td]) => td));
    inputs.push(made.map(([, input]) => input));
  }

  function draw() {
    inputs = []; // first: a cell that loses the focus by being removed was not left by anybody
    table.replaceChildren();
    lists.replaceChildren();
    note.replaceChildren();
    const head = table.createTHead().insertRow();
    columns().forEach((column, c) => {
      const th = document.createElement("th");
      th.textContent = column.label;
      if (column.width) th.style.minWidth = column.width;
      head.append(th);
      if (column.choices && column.choices.length) {
        const list = document.createElement("datalist");
        list.id = listId(c);
        for (const choice of column.choices) {
          const option = document.createElement("option");
          option.value = choice;
          list.append(option);
        }
        lists.append(list);
      }
    });
    table.createTBody();
    model.get("cells").forEach(addRow);
    mark();
  }

  function update(evenFocused = false) {
    const cells = model.get("cells");
    if (cells.length !== inputs.length) { draw(); return; }
    cells.forEach((row, r) => inputs[r].forEach((input, c) => {
      const value = row[c] ?? "";
      if (input.value !== value && (evenFocused || input !== document.activeElement)) input.value = value;
    }));
    mark();
  }

  function mark() {
    const faults = model.get("faults");
    inputs.forEach((row, r) => row.forEach((input, c) => {
      const fault = faults[`${r},${c}`];
      input.classList.toggle("wb-grid-fault", Boolean(fault));
      input.title = fault ?? "";
      input.setAttribute("aria-invalid", fault ? "true" : "false");
    }));
  }

  model.on("change:cells", () => { if (!mine) update(); });
  model.on("change:columns", draw);
  model.on("change:locked", draw);
  model.on("change:faults", mark);
  // A page that closes is left without leaving the cell.
  const closing = () => inputs.forEach((row, r) => {
    const c = row.indexOf(document.activeElement);
    if (c >= 0) typed(row[c], r, c);
  });
  window.addEventListener("beforeunload", closing);
  draw();
  return () => window.removeEventListener("beforeunload", closing);
}

export default { render };
