// Writes the day of access onto a page that is printed; without this file the paper has the address only.
addEventListener("beforeprint", () => {
  const today = new Date().toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric" });
  for (const place of document.querySelectorAll("[data-access-date]")) place.textContent = `Read on ${today}.`;
});
