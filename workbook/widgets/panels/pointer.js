// A place over the picture that can be pointed at, and stepped through with the arrow keys.
function render({ model, el }) {
  el.style.pointerEvents = "none";
  const spot = document.createElement("div");
  spot.className = "workbook-pointer";
  spot.tabIndex = 0;
  spot.setAttribute("role", "application");
  // JupyterLab's own keys move between cells; here they move the mark.
  spot.dataset.lmSuppressShortcuts = "true";
  const said = document.createElement("span");
  said.setAttribute("aria-live", "polite");
  spot.append(said);
  el.append(spot);

  // One place at a time is sent; the next one when the kernel has drawn it.
  let target = model.get("shown");
  let wanted = null;
  let busy = 0;
  const send = () => {
    if (wanted === null || Date.now() < busy) return;
    busy = Date.now() + 2000;
    setTimeout(send, 2100);
    model.set("at", wanted);
    model.save_changes();
    wanted = null;
  };
  const go = (row, column) => {
    const [rows, columns] = model.get("size");
    const at = [
      Math.min(Math.max(row, 0), rows - 1),
      Math.min(Math.max(column, 0), columns - 1),
    ];
    if (at[0] === target[0] && at[1] === target[1]) return;
    target = wanted = at;
    send();
  };
  const point = (event) => {
    const [rows, columns] = model.get("size");
    const box = spot.getBoundingClientRect();
    go(
      Math.floor((rows * (event.clientY - box.top)) / box.height),
      Math.floor((columns * (event.clientX - box.left)) / box.width),
    );
  };
  spot.addEventListener("pointermove", point);
  spot.addEventListener("pointerdown", point);
  spot.addEventListener("keydown", (event) => {
    const [row, column] = target;
    const [rows, columns] = model.get("size");
    const places = {
      ArrowUp: [row - 1, column],
      ArrowDown: [row + 1, column],
      ArrowLeft: [row, column - 1],
      ArrowRight: [row, column + 1],
      Home: [row, 0],
      End: [row, columns - 1],
      PageUp: [0, column],
      PageDown: [rows - 1, column],
    };
    if (!(event.key in places) || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    go(...places[event.key]);
  });

  const place = () => {
    const [left, top, width, height] = model.get("place").map((share) => `${100 * share}%`);
    Object.assign(spot.style, { left, top, width, height });
    spot.hidden = model.get("size")[0] === 0;
    spot.setAttribute("aria-label", model.get("description"));
  };
  const shown = () => {
    busy = 0;
    if (wanted === null) target = model.get("shown");
    said.textContent = model.get("label");
    send();
  };
  model.on("change:place", place);
  model.on("change:size", place);
  model.on("change:shown", shown);
  place();
  shown();
}

export default { render };
