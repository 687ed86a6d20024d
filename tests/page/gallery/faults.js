/** What is wrong with the surface on the screen: a list of sentences. `root` is what a person looks at. */
(root, phone) => {
  const wrong = [];
  const short = (node) => `<${node.tagName.toLowerCase()} ${node.className}> “${(node.innerText || node.value || "").slice(0, 60)}”`;
  const seen = (node) => node.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const all = [root, ...root.querySelectorAll("*")].filter(seen);

  if (document.documentElement.scrollWidth > innerWidth) wrong.push("the page is wider than the window");
  for (const node of all) {
    const style = getComputedStyle(node);
    const cuts = style.textOverflow === "ellipsis" && !node.matches("input");
    const inline = style.display.startsWith("inline") && node.tagName !== "BUTTON";
    if (node.closest("svg, .hidden-text, .table-frame, select, .file-picker") || node.matches(".hidden-text") || cuts || inline) continue;
    if (node.scrollWidth > node.clientWidth + 1 && node.clientWidth) wrong.push(`wider than its place: ${short(node)}`);
    const box = node.getBoundingClientRect();
    if (box.right > innerWidth + 1 || box.left < -1) wrong.push(`outside the window: ${short(node)}`);
  }
  for (const node of all.filter((one) => one.matches("button, .btn"))) {
    if (node.scrollHeight > node.clientHeight + 1) wrong.push(`cut off in its button: ${short(node)}`);
  }
  if (phone) {
    const targets = "button, .btn, select, textarea, input:not(.file-picker, .combo-field), .combobox, a.tab, a.replies";
    for (const node of all.filter((one) => one.matches(targets) && !one.closest(".combobox .combobox, .toolbar"))) {
      const place = node.closest("label.choice") ?? node;
      if (node.closest(".combobox") && !node.matches(".combobox")) continue;
      const height = place.getBoundingClientRect().height;
      if (height < 32) wrong.push(`only ${Math.round(height)} px high: ${short(place)}`);
    }
  }
  return wrong;
};
