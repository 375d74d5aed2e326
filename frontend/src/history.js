// The earlier versions of an essay: a list, one of them beside the present text, and the way back to it.

import { wallClock, wallMoment } from "./clock.js";
import { drawDiff, linesOf, wordDiff } from "./diff.js";

export function bindHistory({ panel, no, ref, api, sheet, text, announce }) {
  const part = (name) => panel.querySelector(`[data-${name}]`);
  const [list, said, compared] = [part("versions"), part("said"), part("compared")];
  let shown = null;

  panel.addEventListener("toggle", () => panel.open && load());
  part("restore").addEventListener("click", restore);
  part("close").addEventListener("click", () => {
    const opener = list.querySelector("[aria-expanded=true]");
    close();
    opener?.focus();
  });

  async function load() {
    close();
    tell("history.loading");
    const answer = await api.versions(ref, no).catch((problem) => problem);
    if (!answer.versions && answer.status !== 404) return tell("history.unreached");
    const versions = answer.versions ?? [];
    list.replaceChildren(...versions.map(line));
    tell(versions.length ? "history.choose" : "history.none");
  }

  function line(version) {
    const words = text("history.version", { time: nameOf(version), n: version.words });
    const button = Object.assign(document.createElement("button"), { type: "button", className: "quiet", textContent: words });
    button.setAttribute("aria-expanded", "false");
    button.addEventListener("click", () => open(version, button));
    const entry = document.createElement("li");
    entry.append(button);
    return entry;
  }

  async function open(version, button) {
    close();
    tell("history.loading");
    const found = await api.version(ref, no, version.ref).catch(() => null);
    if (!found) return tell("history.unreached");
    shown = found;
    button.setAttribute("aria-expanded", "true");
    const pieces = wordDiff(linesOf(found.html), sheet.text());
    part("then").replaceChildren(drawDiff(pieces, ["gone"], text));
    part("now").replaceChildren(drawDiff(pieces, ["new"], text));
    part("then-title").textContent = text("history.then", { time: nameOf(found) });
    compared.hidden = false;
    tell(pieces.some(({ how }) => how !== "same") ? "history.differs" : "history.same");
    part("then-title").focus();
  }

  function restore() {
    const name = nameOf(shown);
    sheet.restore(shown.html);
    close();
    said.textContent = text("history.restored", { time: name });
    announce(said.textContent);
    sheet.editor.commands.focus("start");
  }

  function close() {
    compared.hidden = true;
    shown = null;
    for (const button of list.querySelectorAll("[aria-expanded=true]")) button.setAttribute("aria-expanded", "false");
  }

  function tell(name) {
    said.textContent = text(name);
  }
}

const nameOf = ({ saved_at: at }) => `${wallMoment(at).split(" ")[0]} ${wallClock(at)}`;
