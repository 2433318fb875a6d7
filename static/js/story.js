// Makes the editor of the story fit the page: its styles pass the Content-Security-Policy, it has a name and a hint.

// The library would write its few rules into an inline style, which the policy forbids. It leaves that when
// it finds one; the rules are in sharing.css.
const style = document.createElement("style");
style.nonce = document.querySelector("script[nonce]")?.nonce ?? "";
style.dataset.tiptapStyle = "";
document.head.append(style);

document.addEventListener("prose-editor:ready", ({ detail: { editor, textarea } }) => {
  textarea.proseEditor = editor; // for who sets the text from outside
  const label = document.querySelector(`label[for="${textarea.id}"]`);
  const box = editor.view.dom;
  box.setAttribute("aria-label", label?.firstChild.textContent.trim() ?? textarea.name);
  box.setAttribute("aria-multiline", "true");
  if (textarea.getAttribute("aria-describedby")) box.setAttribute("aria-describedby", textarea.getAttribute("aria-describedby"));
  label?.addEventListener("click", () => editor.commands.focus());
});
