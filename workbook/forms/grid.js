// A small editable grid of text cells: keyboard, paste from a spreadsheet, lists to choose from, faults beside the cell.
// The page never redraws on a change that it made itself, so that nobody's typing is lost.

function render({ model, el }) {
  const table = document.createElement("table");
  table.className = "wb-grid";
  table.setAttribute("role", "grid");
  table.setAttribute("aria-label", model.get("label"));
  const room = document.createElement("div");
  room.className = "wb-grid-room";
  room.append(table);
  const lists = document.createElement("div");
  el.append(room, lists);
  let inputs = [];
  let mine = false;

  const columns = () => model.get("columns");
  const editable = (c) => !model.get("locked") && columns()[c].editable !== false;

  function commit(changes) {
    const cells = model.get("cells").map((row) => row.slice());
    let changed = false;
    for (const [r, c, value] of changes) {
      while (cells.length <= r) cells.push(columns().map(() => ""));
      if (cells[r][c] !== value) { cells[r][c] = value; changed = true; }
    }
    if (!changed) return;
    mine = true;
    model.set("cells", cells);
    model.save_changes();
    mine = false;
    if (cells.length !== inputs.length) draw();
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
    if (event.key === "Enter" || event.key === "ArrowDown") { commit([[r, c, input.value]]); focus(r + (event.shiftKey ? -1 : 1), c); event.preventDefault(); }
    else if (event.key === "ArrowUp") { commit([[r, c, input.value]]); focus(r - 1, c); event.preventDefault(); }
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
    const changes = [];
    text.replace(/\r\n?/g, "\n").replace(/\n$/, "").split("\n").forEach((line, i) =>
      line.split("\t").forEach((value, j) => {
        if (c + j < columns().length && editable(c + j)) changes.push([r + i, c + j, value.trim()]);
      }));
    const inside = model.get("grows") ? changes : changes.filter(([row]) => row < inputs.length);
    commit(inside);
    update(true); // the cell in focus was pasted into as well
    focus(r, c);
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
    input.addEventListener("change", () => commit([[r, c, input.value]]));
    input.addEventListener("blur", () => commit([[r, c, input.value]]));
    input.addEventListener("keydown", (event) => onKey(event, r, c));
    input.addEventListener("paste", (event) => onPaste(event, r, c));
    td.append(input);
    return [td, input];
  }

  const token = Math.random().toString(36).slice(2);
  const listId = (c) => `wb-list-${token}-${c}`;

  function draw() {
    table.replaceChildren();
    lists.replaceChildren();
    inputs = [];
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
    const body = table.createTBody();
    model.get("cells").forEach((row, r) => {
      const tr = body.insertRow();
      const made = columns().map((_, c) => cell(r, c, row[c] ?? ""));
      tr.append(...made.map(([td]) => td));
      inputs.push(made.map(([, input]) => input));
    });
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
  draw();
}

export default { render };
