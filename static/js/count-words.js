// Shows beside each field how many words are left (data-max-words) or stand there (data-guide-words).
const UNSPACED = /[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]/g; // counted as policies/words.py does
const words = (text) => {
  const plain = text.replace(/<[^>]*>/g, " ").replace(/&nbsp;/g, " ");
  const alone = plain.match(UNSPACED)?.length ?? 0;
  return (plain.replace(UNSPACED, " ").match(/\S+/gu)?.length ?? 0) + Math.ceil(alone / 2);
};

function watch(field) {
  const line = document.createElement("p");
  line.className = "field-count";
  (field.closest(".field") ?? field.parentElement).append(line);
  const most = Number(field.dataset.maxWords);
  const guide = Number(field.dataset.guideWords);
  if (most) line.setAttribute("aria-live", "polite");
  const show = () => {
    const count = words(field.value);
    const left = most - count;
    if (guide) line.textContent = `${count} words, of about ${guide}`;
    else line.textContent = left < 0 ? `${-left} words too many (${most} at most)` : `${left} of ${most} words left`;
    line.toggleAttribute("data-over", left < 0);
  };
  let pause;
  field.addEventListener("input", () => {
    clearTimeout(pause);
    pause = setTimeout(show, 300);
  });
  show();
}

const start = (root) => root.querySelectorAll(":is([data-max-words], [data-guide-words]):not([data-counted])").forEach((field) => {
  field.dataset.counted = "";
  watch(field);
});

start(document);
document.addEventListener("htmx:load", (event) => start(event.target));
