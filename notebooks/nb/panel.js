(root, address) => {
  const panel = document.getElementById(root);
  if (!panel) return;
  const controls = panel.querySelectorAll("input, select");
  const below = panel.querySelector("pre");
  const say = (touched, pressed) => {
    const values = {};
    for (const c of controls) values[c.name] = c.type === "checkbox" ? String(c.checked) : c.value;
    globalThis.gonb_comm?.send(address, JSON.stringify({values, touched, pressed}));
  };
  let tries = 0;
  const connect = () => {
    const comm = globalThis.gonb_comm;
    if (!comm) { // GoNB installs it meanwhile; a page that was opened later has none
      if (++tries < 100) setTimeout(connect, 100);
      return;
    }
    comm.subscribe(address + "/below", (_, text) => { below.textContent = text; });
    for (const c of controls) {
      c.addEventListener("input", () => {
        const shown = c.parentElement.querySelector("output");
        if (shown) shown.textContent = c.value;
      });
      c.addEventListener("change", () => say(true, false));
    }
    panel.querySelector("button").addEventListener("click", () => say(true, true));
    say(false, false);
  };
  connect();
}
