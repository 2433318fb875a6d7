// Adds a blank row without asking the server, and lists only the targets of the chosen goal.
export function addRow(rows) {
  const total = rows.querySelector(`[name="${rows.dataset.rows}-TOTAL_FORMS"]`);
  const button = rows.querySelector("button[name=more]");
  const number = Number(total.value);
  if (number >= Number(rows.dataset.most)) return null;
  const holder = document.createElement("div");
  holder.innerHTML = rows.querySelector("template").innerHTML.replaceAll("__prefix__", number);
  const row = holder.firstElementChild;
  row.querySelector("legend").textContent = `Row ${number + 1}`;
  button.before(row);
  total.value = number + 1;
  button.hidden = number + 1 >= Number(rows.dataset.most);
  return row;
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-rows] > button[name=more]");
  if (!button) return;
  event.preventDefault();
  addRow(button.parentElement)?.querySelector("input, select, textarea")?.focus();
});

function narrow(goal) {
  const targets = document.getElementById(goal.id.replace("goal_id", "target_id"));
  if (!targets) return;
  for (const group of targets.querySelectorAll("optgroup")) {
    const other = Boolean(goal.value) && !group.label.startsWith(`${goal.value}.`);
    group.hidden = group.disabled = other;
  }
  if (targets.selectedOptions[0]?.parentElement.disabled) targets.value = "";
}

document.addEventListener("change", (event) => {
  if (event.target.matches("select[name$=goal_id]")) narrow(event.target);
  if (event.target.matches("[name$=is_primary]:checked")) {
    for (const box of document.querySelectorAll("[name$=is_primary]:checked")) box.checked = box === event.target;
  }
});
document.querySelectorAll("select[name$=goal_id]").forEach((goal) => {
  // A refused form keeps what was chosen, so that the message beside it makes sense.
  if (!goal.form.hasAttribute("data-refused")) narrow(goal);
});
