// Files in forms: their size is judged as they are chosen, and how much of them is sent is shown. Hooks are data-*.
(() => {
  const sizes = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 1 });
  const inWords = (bytes) =>
    bytes < 1_000_000 ? `${sizes.format(Math.ceil(bytes / 1024))} KB` : `${sizes.format(bytes / 1_048_576)} MB`;

  document.addEventListener("change", (event) => {
    const input = event.target;
    if (!input.matches?.("input[type=file]")) return;
    const file = input.files[0];
    const most = Number(input.dataset.mostBytes ?? 0);
    input.setCustomValidity(file && most && file.size > most ? `${input.dataset.tooBig} (${inWords(file.size)})` : "");
    if (!input.checkValidity()) input.reportValidity();
  });

  // Sent by hand, so that progress can be told; where the answer is another page, that one is opened.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    const bar = form.querySelector("[data-upload-progress]");
    const file = form.querySelector("input[type=file]")?.files[0];
    if (!bar || !file || event.defaultPrevented || event.submitter?.name) return;
    event.preventDefault();
    const request = new XMLHttpRequest();
    const meter = bar.querySelector("progress");
    request.upload.addEventListener("progress", (sent) => {
      bar.hidden = false;
      meter.max = sent.total;
      meter.value = sent.loaded;
    });
    request.addEventListener("load", () => {
      if (new URL(request.responseURL).pathname !== location.pathname) return location.assign(request.responseURL);
      const answer = new DOMParser().parseFromString(request.responseText, "text/html");
      document.getElementById("main").replaceWith(document.adoptNode(answer.getElementById("main")));
      document.querySelector("#main [aria-invalid=true]")?.focus();
    });
    request.addEventListener("error", () => {
      bar.hidden = true;
      form.submit();
    });
    request.open("POST", form.action);
    request.send(new FormData(form));
  });
})();
