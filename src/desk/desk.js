"use strict";
(() => {
  const sheet = document.querySelector("[data-hash]");
  if (!sheet) return;
  const say = document.getElementById("status");
  const name = `desk ${sheet.dataset.account} ${sheet.dataset.post}`;
  const hash = document.getElementById("hash");

  // What was pasted is remembered, so that an edit of the page after it shows.
  const kept = {
    read() { try { return localStorage.getItem(name); } catch { return null; } },
    write(value) { try { localStorage.setItem(name, value); } catch { /* a private window */ } },
    forget() { try { localStorage.removeItem(name); } catch { /* a private window */ } },
  };
  if (sheet.dataset.recorded) kept.forget();
  const pasted = kept.read();
  if (pasted && hash && pasted !== sheet.dataset.hash) {
    hash.value = pasted;
    document.getElementById("drift-pasted").hidden = false;
  }

  // The old way works where the new one is missing or forbidden.
  const copyByEvent = (html, plain) => {
    const fill = (event) => {
      event.preventDefault();
      if (html) event.clipboardData.setData("text/html", html);
      event.clipboardData.setData("text/plain", plain);
    };
    document.addEventListener("copy", fill, { once: true });
    const done = document.execCommand("copy");
    document.removeEventListener("copy", fill);
    return done;
  };
  const copy = async (html, plain) => {
    try {
      if (!html) {
        await navigator.clipboard.writeText(plain);
      } else {
        await navigator.clipboard.write([new ClipboardItem({
          "text/html": new Blob([html], { type: "text/html" }),
          "text/plain": new Blob([plain], { type: "text/plain" }),
        })]);
      }
      return true;
    } catch {
      return copyByEvent(html, plain);
    }
  };
  // As a file that editors take, whatever kind of picture the site has.
  const copyPicture = async (picture) => {
    try {
      await picture.decode();
      const canvas = document.createElement("canvas");
      canvas.width = picture.naturalWidth;
      canvas.height = picture.naturalHeight;
      canvas.getContext("2d").drawImage(picture, 0, 0);
      const png = await new Promise((done) => { canvas.toBlob(done, "image/png"); });
      await navigator.clipboard.write([new ClipboardItem({ "image/png": png })]);
      return true;
    } catch {
      return false;
    }
  };
  const value = (id) => (id ? document.getElementById(id).value : "");
  let quiet;
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("button[data-plain], button[data-picture]");
    if (!button) return;
    const { picture, html, plain } = button.dataset;
    const done = picture
      ? await copyPicture(document.getElementById(picture))
      : await copy(value(html), value(plain));
    const words = done ? say.dataset.copied : say.dataset.failed;
    say.textContent = words.replace("{}", () => button.dataset.what);
    clearTimeout(quiet);
    quiet = setTimeout(() => { say.textContent = ""; }, 4000);
    if (done && button.dataset.is === "text") {
      kept.write(sheet.dataset.hash);
      if (hash) hash.value = sheet.dataset.hash;
      document.getElementById("drift-pasted").hidden = true;
    }
  });

  const units = {
    characters: (text) => [...text].length,
    bytes: (text) => new TextEncoder().encode(text).length,
    "utf-16 units": (text) => text.length,
  };
  for (const count of document.querySelectorAll("output[data-unit]")) {
    const unit = units[count.dataset.unit];
    const field = document.getElementById(count.htmlFor.toString());
    if (!unit || !field) continue;
    field.addEventListener("input", () => {
      const length = unit(field.value);
      const values = [length, count.dataset.most];
      count.firstElementChild.textContent =
        count.dataset.of.replace(/\{\}/g, () => values.shift());
      count.classList.toggle("over", length > Number(count.dataset.most));
    });
  }

  // After a build, ask whether this page's post has changed.
  const query = new URLSearchParams({ account: sheet.dataset.account, post: sheet.dataset.post });
  let first;
  new EventSource("/_events").onmessage = async (event) => {
    first ??= event.data;
    if (event.data === first) return;
    first = event.data;
    try {
      const answer = await fetch(`/_desk/state?${query}`);
      const state = answer.ok ? await answer.json() : { hash: "" };
      document.getElementById("drift-open").hidden = state.hash === sheet.dataset.hash;
    } catch { /* the server went away */ }
  };
})();
