(root, address) => {
  const panel = document.getElementById(root);
  if (!panel) return;
  const controls = panel.querySelectorAll("input[name], select");
  const below = panel.querySelector("pre");
  const told = {touched: false, pressed: false};
  const waits = panel.querySelector("[role=status]");
  const spans = panel.querySelectorAll(".coadapt-span");
  const ends = (span) => [...span.querySelectorAll("input")].map((i) => Number(i.value)).sort((a, b) => a - b);
  const spanOf = ([low, high]) => low === high ? String(low) : low + "-" + high;
  const say = () => {
    const values = {};
    for (const c of controls) values[c.name] = c.type === "checkbox" ? String(c.checked) : c.value;
    for (const s of spans) values[s.dataset.name] = spanOf(ends(s));
    globalThis.gonb_comm?.send(address, JSON.stringify({values, ...told}));
  };
  const changed = () => { told.touched = true; say(); };
  for (const c of controls) {
    c.addEventListener("input", () => {
      const shown = c.parentElement.querySelector("output");
      if (shown) shown.textContent = c.value;
    });
    c.addEventListener("change", changed);
  }
  for (const span of spans) {
    const show = () => {
      const both = ends(span), [i] = span.querySelectorAll("input");
      span.parentElement.querySelector("output").textContent = spanOf(both);
      const at = (v) => 100 * (v - i.min) / (i.max - i.min) + "%";
      span.style.setProperty("--low", at(both[0]));
      span.style.setProperty("--high", at(both[1]));
    };
    for (const i of span.querySelectorAll("input")) {
      i.addEventListener("input", show);
      i.addEventListener("change", changed);
    }
    show();
  }
  const axes = panel.querySelector(".coadapt-axes");
  if (axes) {
    const sliders = [...controls], at = (name) => Number(axes.dataset[name]);
    const {min, max} = sliders[0], step = (at("right") - at("left")) / Math.max(sliders.length - 1, 1);
    const x = (i) => at("left") + i * step;
    const y = (v) => at("bottom") - (v - min) * (at("bottom") - at("top")) / (max - min);
    const draw = () => {
      const points = sliders.map((s, i) => [x(i), y(s.value)]);
      axes.querySelector("polyline").setAttribute("points", points.join(" "));
      axes.querySelectorAll("circle").forEach((c, i) => { [c.cx.baseVal.value, c.cy.baseVal.value] = points[i]; });
    };
    for (const s of sliders) s.addEventListener("input", draw);
    // A fast pointer skips cuts: those between two of its places lie on the line between.
    let last = null;
    const move = (event) => {
      const p = new DOMPoint(event.clientX, event.clientY).matrixTransform(axes.getScreenCTM().inverse());
      const value = Number(min) + (at("bottom") - p.y) * (max - min) / (at("bottom") - at("top"));
      const here = Math.min(Math.max(Math.round((p.x - at("left")) / step), 0), sliders.length - 1);
      const from = last ?? {at: here, value}, way = Math.sign(here - from.at);
      for (let i = here; i !== from.at || i === here; i -= way) {
        sliders[i].value = Math.round(i === here ? value : from.value + (value - from.value) * (i - from.at) / (here - from.at));
        sliders[i].dispatchEvent(new Event("input"));
        if (way === 0) break;
      }
      last = {at: here, value};
    };
    axes.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      axes.setPointerCapture(event.pointerId);
      move(event);
    });
    axes.addEventListener("pointermove", (event) => { if (last) move(event); });
    for (const end of ["pointerup", "pointercancel"]) axes.addEventListener(end, () => { if (last) changed(); last = null; });
    panel.querySelector("details").open = false;
    draw();
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
