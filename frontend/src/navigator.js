// The numbers of the items: answered or not, and flagged ("look again").

export function makeNavigator({ element, form, flags, saver, text }) {
  const links = [...element.querySelectorAll("[data-jump]")];
  const answered = (no) => saver.item(no).content.choice.length > 0;

  form.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-flag]");
    if (!button) return;
    flags.toggle(Number(button.closest("[data-no]").dataset.no));
    show();
  });

  function show() {
    for (const link of links) draw(link, Number(link.dataset.jump));
    for (const button of form.querySelectorAll("[data-flag]")) {
      button.setAttribute("aria-pressed", flags.has(Number(button.closest("[data-no]").dataset.no)));
    }
    const empty = links.map((link) => Number(link.dataset.jump)).filter((no) => !answered(no));
    element.querySelector("[data-answered]").textContent = text("navigator.answered", {
      done: links.length - empty.length, all: links.length,
    });
    const next = element.querySelector("[data-next-empty]");
    next.hidden = empty.length === 0;
    if (empty.length) {
      next.href = `#item-${empty[0]}`;
      next.textContent = text("navigator.next_empty", { no: empty[0] });
    }
  }

  function draw(link, no) {
    link.dataset.state = answered(no) ? "answered" : "empty";
    link.toggleAttribute("data-flagged", flags.has(no));
    const words = [text(answered(no) ? "navigator.is_answered" : "navigator.is_empty")];
    if (flags.has(no)) words.push(text("navigator.is_flagged"));
    link.querySelector("[data-words]").textContent = `, ${words.join(", ")}`;
  }

  show();
  return { show };
}
