// What only adds: moments in the reader's own time on pointing, and keys. No page needs it.
for (const time of document.querySelectorAll("time[datetime]")) {
  time.title = new Date(time.dateTime).toLocaleString() + " here";
}

// "/" goes to the filter, j and k go down and up a list, as in many programs.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, select, textarea")) return;
  const rows = [...document.querySelectorAll("a.row")];
  const place = rows.indexOf(document.activeElement);
  if (event.key === "/") document.querySelector(".filter select, .filter input")?.focus();
  else if (event.key === "j") rows[Math.min(place + 1, rows.length - 1)]?.focus();
  else if (event.key === "k") rows[Math.max(place - 1, 0)]?.focus();
  else return;
  event.preventDefault();
});
