(root, address) => {
  const panel = document.getElementById(root);
  if (!panel) return;
  const controls = panel.querySelectorAll("input, select");
  const below = panel.querySelector("pre");
  const told = {touched: false, pressed: false};
  const say = () => {
    const values = {};
    for (const c of controls) values[c.name] = c.type === "checkbox" ? String(c.checked) : c.value;
    globalThis.gonb_comm?.send(address, JSON.stringify({values, ...told}));
  };
  for (const c of controls) {
    c.addEventListener("input", () => {
      const shown = c.parentElement.querySelector("output");
      if (shown) shown.textContent = c.value;
    });
    c.addEventListener("change", () => { told.touched = true; say(); });
  }
  panel.querySelector("button").addEventListener("click", () => { told.touched = told.pressed = true; say(); });
  // JupyterLab would take arrow keys for its own, and the focus to a cell.
  panel.addEventListener("keydown", (event) => event.stopPropagation());
  let tries = 0;
  const connect = () => {
    const comm = globalThis.gonb_comm;
    if (!comm) { // GoNB installs it meanwhile, and is then told what happened until then; a page that was opened later has none
      if (++tries < 100) setTimeout(connect, 100);
      return;
    }
    comm.subscribe(address + "/below", (_, text) => { below.textContent = text; });
    say();
  };
  connect();
}
