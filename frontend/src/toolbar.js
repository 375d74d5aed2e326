// The sheet's toolbar: one tab stop, arrow keys within, pressed buttons say so.

const COMMANDS = {
  bold: { run: (chain) => chain.toggleBold(), on: ["bold"] },
  italic: { run: (chain) => chain.toggleItalic(), on: ["italic"] },
  underline: { run: (chain) => chain.toggleUnderline(), on: ["underline"] },
  heading2: { run: (chain) => chain.toggleHeading({ level: 2 }), on: ["heading", { level: 2 }] },
  heading3: { run: (chain) => chain.toggleHeading({ level: 3 }), on: ["heading", { level: 3 }] },
  bullets: { run: (chain) => chain.toggleBulletList(), on: ["bulletList"] },
  numbers: { run: (chain) => chain.toggleOrderedList(), on: ["orderedList"] },
  left: { run: (chain) => chain.unsetTextAlign(), on: null },
  center: { run: (chain) => chain.toggleTextAlign("center"), on: [{ textAlign: "center" }] },
  right: { run: (chain) => chain.toggleTextAlign("right"), on: [{ textAlign: "right" }] },
  justify: { run: (chain) => chain.toggleTextAlign("justify"), on: [{ textAlign: "justify" }] },
  undo: { run: (chain) => chain.undo() },
  redo: { run: (chain) => chain.redo() },
};
const ALIGNED = ["center", "right", "justify"];

export function bindToolbar(toolbar, editor) {
  const buttons = [...toolbar.querySelectorAll("[data-command]")];
  const name = (button) => button.dataset.command;

  const isOn = (command) =>
    command === "left" ? !ALIGNED.some(isOn) : editor.isActive(...COMMANDS[command].on);

  function show() {
    for (const button of buttons) {
      const { run, on } = COMMANDS[name(button)];
      if (on !== undefined) button.setAttribute("aria-pressed", isOn(name(button)));
      else button.setAttribute("aria-disabled", !run(editor.can().chain()).run());
    }
  }

  function rove(to) {
    for (const button of buttons) button.tabIndex = button === to ? 0 : -1;
    to.focus();
  }

  toolbar.addEventListener("mousedown", (event) => event.preventDefault()); // the sheet keeps its selection
  toolbar.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-command]");
    if (!button || button.getAttribute("aria-disabled") === "true") return;
    const kept = document.activeElement === button; // pressed by keyboard: stay in the toolbar
    const chain = editor.chain();
    COMMANDS[name(button)].run(kept ? chain : chain.focus()).run();
    show();
  });
  toolbar.addEventListener("keydown", (event) => {
    const at = buttons.indexOf(document.activeElement);
    const last = buttons.length - 1;
    const to = { ArrowRight: at === last ? 0 : at + 1, ArrowLeft: at <= 0 ? last : at - 1, Home: 0, End: last }[event.key];
    if (event.key === "Escape") editor.commands.focus();
    if (to === undefined) return;
    event.preventDefault();
    rove(buttons[to]);
  });

  for (const button of buttons) button.tabIndex = button === buttons[0] ? 0 : -1;
  editor.on("transaction", show);
  show();
}
