// The notices below the desk bar: written by the server, shown while they are true.

export function makeNotices({ items, text }) {
  const attend = document.getElementById("notice-attend");
  const links = attend.querySelector("ul");
  const isEssay = new Map(items.map(({ no, kind }) => [no, kind === "essay"]));
  let listed = "";

  return function show({ trouble, owed, keeps, conflicts, refused }) {
    const wanted = {
      "notice-signed-out": trouble === "signed-out" && owed > 0,
      "notice-closed": trouble === "closed",
      "notice-not-kept": !keeps,
      "notice-attend": conflicts.length + refused.length > 0,
    };
    for (const [id, shown] of Object.entries(wanted)) document.getElementById(id).hidden = !shown;
    list([
      ...conflicts.map((no) => ({ no, words: text("attend.conflict", { no }) })),
      ...refused.map(({ no, problem }) => ({ no, words: text("attend.refused", { no, why: problem.detail || problem.title }) })),
    ]);
  };

  // Drawn anew only when it differs, so that a link being reached for stays where it is.
  function list(matters) {
    const now = JSON.stringify(matters);
    if (now === listed) return;
    listed = now;
    links.replaceChildren(...matters.map(line));
  }

  function line({ no, words }) {
    const page = isEssay.get(no) ? attend.dataset.essayPage : `${attend.dataset.questionsPage}#item-${no}`;
    const link = Object.assign(document.createElement("a"), { href: page, textContent: words });
    const entry = document.createElement("li");
    entry.append(link);
    return entry;
  }
}
