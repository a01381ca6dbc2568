(root, address) => {
  const panel = document.getElementById(root);
  if (!panel) return;
  const controls = panel.querySelectorAll("input, select");
  const below = panel.querySelector("pre");
  const told = {touched: false, pressed: false};
  const waits = panel.querySelector("[role=status]");
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
  panel.querySelector("button").addEventListener("click", () => { told.touched = told.pressed = true; waits.hidden = true; say(); });
  // JupyterLab would take arrow keys for its own, and the focus to a cell.
  panel.addEventListener("keydown", (event) => event.stopPropagation());
  // Who ran all cells may be anywhere. Pictures above come late and would push the panel away again, so it is looked after for two seconds.
  const look = () => {
    waits.hidden = false;
    let looks = 0;
    const leave = () => { looks = 10; }; // the reader goes elsewhere
    for (const sign of ["wheel", "pointerdown", "keydown"]) document.addEventListener(sign, leave, {once: true, passive: true});
    const show = () => {
      if (looks++ >= 10 || told.touched) return;
      panel.scrollIntoView({block: "nearest"});
      setTimeout(show, 200);
    };
    show();
  };
  let tries = 0;
  const connect = () => {
    const comm = globalThis.gonb_comm;
    if (!comm) { // GoNB installs it meanwhile, and is then told what happened until then; a page that was opened later has none
      if (++tries < 100) setTimeout(connect, 100);
      return;
    }
    comm.subscribe(address + "/below", (_, text) => {
      below.textContent = text;
      if (waits.hidden && !told.pressed) look(); // the kernel has answered: a cell runs, and it is this one
    });
    say();
  };
  connect();
}
