// Says so when the page has lost its kernel: asks it for an answer after somebody typed, and when the page is looked at again.

const QUIET = 1000; // after the last key
const PATIENCE = 12000; // a kernel at work may need a while

function render({ model, el }) {
  const told = document.createElement("div");
  told.className = "wb-alive";
  told.setAttribute("role", "alert");
  el.append(told);
  let asked = 0;
  let quiet = null;
  let patience = null;

  function lost() {
    const since = new Date().toLocaleTimeString();
    if (!told.textContent) told.textContent = `No answer from the server since ${since}: what you type now is not kept. ` +
      "If this stays, copy what is missing, reload the page and pick the account again; the draft kept last comes back.";
  }

  function ask() {
    clearTimeout(patience);
    patience = setTimeout(lost, PATIENCE);
    asked += 1;
    try {
      model.set("asked", asked);
      model.save_changes();
    } catch { lost(); }
  }

  function answered() {
    if (model.get("answered") !== asked) return;
    clearTimeout(patience);
    told.textContent = "";
  }

  function typed(event) {
    if (!el.closest(".wb-form")?.contains(event.target)) return;
    clearTimeout(quiet);
    quiet = setTimeout(ask, QUIET);
  }
  function seen() { if (document.visibilityState === "visible") ask(); }

  asked = model.get("answered");
  model.on("change:answered", answered);
  document.addEventListener("input", typed, true);
  document.addEventListener("click", typed, true);
  document.addEventListener("visibilitychange", seen);
  return () => {
    clearTimeout(quiet);
    clearTimeout(patience);
    document.removeEventListener("input", typed, true);
    document.removeEventListener("click", typed, true);
    document.removeEventListener("visibilitychange", seen);
  };
}

export default { render };
