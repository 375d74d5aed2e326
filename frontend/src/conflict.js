// Two devices, one item: show both, let the person choose, never choose for them.

import { wallClock } from "./clock.js";

export function bindConflicts({ saver, text, announce, place, describe, take }) {
  const template = document.getElementById("conflict-template");
  const open = new Map();

  function show() {
    for (const no of saver.numbers()) {
      const { conflict } = saver.item(no);
      const shown = open.get(no);
      if (shown && (!conflict || shown.seq !== conflict.seq)) close(no);
      if (conflict && !open.has(no) && place(no)) draw(no, conflict);
    }
  }

  function draw(no, newer) {
    const box = template.content.firstElementChild.cloneNode(true);
    const time = newer.saved_at ? wallClock(newer.saved_at) : "";
    box.querySelector("[data-conflict-title]").textContent = text("conflict.title", { no, time });
    box.querySelector("[data-conflict-newer]").replaceChildren(describe(no, newer));
    box.querySelector("[data-keep-newer]").addEventListener("click", () => settle(no, () => take(no, saver.keepNewer(no))));
    box.querySelector("[data-keep-mine]").addEventListener("click", () => settle(no, () => saver.keepMine(no)));
    place(no).append(box);
    open.set(no, { box, seq: newer.seq });
    announce(text("conflict.title", { no, time }));
  }

  function settle(no, act) {
    act();
    close(no);
    show();
  }

  function close(no) {
    const { box } = open.get(no);
    const held = box.contains(document.activeElement);
    box.remove();
    open.delete(no);
    if (held) place(no).focus();
  }

  show();
  return { show };
}
