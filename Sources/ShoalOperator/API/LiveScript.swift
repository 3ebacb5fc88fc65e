/// The script of the page: it shows the page again after each model. It hears of them by events or, without those, looks every ten
/// seconds. A page that cannot be seen does neither, because a browser has few connections to a host.
enum LiveScript {
    static let text = """
        "use strict";
        let tag = null, events = null, isBusy = false, isDue = false, loading = null, waiting = 0;
        document.documentElement.classList.add("live");
        const query = () => new URLSearchParams(location.search);
        const minutes = ms => new Date(Number(ms)).toISOString().slice(0, 16).replace("T", " ") + " UTC";
        async function refresh() {
          isDue = true;
          if (isBusy) return;
          isBusy = true;
          while (isDue) {
            isDue = false;
            try { await look(); } catch { /* The server is away: the page stays as it is. */ }
          }
          isBusy = false;
        }
        async function look() {
          const answer = await fetch("/v1/models?limit=1", {cache: "no-cache"});
          if (!answer.ok) return;
          const now = answer.headers.get("ETag");
          const isNew = tag !== null && now !== tag;
          tag = now;
          if (isNew) await show();
        }
        // Shows the page of the address. Of several at once, the last one counts.
        async function show() {
          if (loading) loading.abort();
          const own = loading = new AbortController();
          const page = await fetch(location.pathname + location.search, {cache: "no-store", signal: own.signal});
          if (!page.ok) return;
          const text = await page.text();
          if (own === loading) put(new DOMParser().parseFromString(text, "text/html"));
        }
        function put(next) {
          const open = [...document.querySelectorAll("details")].map(part => part.open);
          const parts = [...next.querySelectorAll("[data-part]")], olds = [...document.querySelectorAll("[data-part]")];
          if (parts.map(part => part.dataset.part).join() === olds.map(part => part.dataset.part).join()) {
            // Sliders, the search and buttons keep the focus.
            olds.forEach((part, index) => part.replaceWith(parts[index]));
            for (const slider of next.querySelectorAll("input[type=range]")) renew(slider);
          } else {
            const body = [...next.body.childNodes], kept = document.getElementById("controls");
            const place = body.findIndex(part => part.id === "controls");
            if (kept && place >= 0) {
              for (const part of [...document.body.childNodes]) if (part !== kept) part.remove();
              kept.before(...body.slice(0, place));
              kept.after(...body.slice(place + 1));
            } else {
              document.body.replaceChildren(...body);
            }
          }
          enable();
          document.querySelectorAll("details").forEach((part, index) => { part.open = open[index] || false; });
        }
        function renew(next) {
          const slider = document.getElementById(next.id);
          const value = waiting ? slider.value : next.value;
          for (const name of ["min", "max", "step"]) slider[name] = next[name];
          slider.disabled = next.disabled;
          slider.value = value;
          tell(slider);
        }
        function tell(slider) {
          const text = minutes(slider.value);
          slider.setAttribute("aria-valuetext", text);
          slider.parentNode.querySelector("output").textContent = text;
          if (slider.id !== "at") return;
          const span = slider.max - slider.min;
          const place = span > 0 ? (slider.value - slider.min) / span : 1;
          for (const chart of document.querySelectorAll(".over")) chart.style.setProperty("--at", place.toFixed(4));
          for (const link of document.querySelectorAll(".time .now")) link.hidden = place >= 1;
        }
        // Keeps what is chosen in the address, and shows it.
        function choose(name, value) {
          const now = query();
          if (value) now.set(name, value); else now.delete(name);
          const text = now.toString().replaceAll("%3A", ":");
          history.replaceState(null, "", location.pathname + (text && "?" + text) + location.hash);
          clearTimeout(waiting);
          waiting = setTimeout(() => {
            waiting = 0;
            show().catch(() => {});
          }, 150);
        }
        document.addEventListener("input", event => {
          const input = event.target;
          if (input.form === null || input.form.id !== "view" || event.isComposing) return;
          if (input.type !== "range") return choose("topic", input.value.trim());
          tell(input);
          const isNow = input.id === "at" && input.value === input.max;
          choose(input.id, isNow ? "" : new Date(Number(input.value)).toISOString().replace(".000", ""));
        });
        document.addEventListener("compositionend", event => {
          if (event.target.id === "topic") choose("topic", event.target.value.trim());
        });
        document.addEventListener("submit", event => {
          if (event.target.id === "view" || event.target.id === "find") event.preventDefault();
          if (event.target.id === "find") lookUp().catch(() => showFound("The server does not answer."));
        });
        // Finds a viewer. The id is in no address, history or storage, and the answer leaves the page after a minute.
        let asked = 0, forgetting = 0;
        function showFound(...parts) {
          const place = document.getElementById("found");
          if (place) place.replaceChildren(...parts);
          clearTimeout(forgetting);
          forgetting = setTimeout(forget, 60000);
        }
        function forget() {
          asked++;
          for (const id of ["found", "viewer"]) {
            const part = document.getElementById(id);
            if (part) { part.replaceChildren(); part.value = ""; }
          }
        }
        async function lookUp() {
          const own = ++asked, [viewer, reason] = ["viewer", "reason"].map(id => document.getElementById(id).value);
          showFound("Looking for the viewer …");
          const answer = await fetch("/v1/members:lookup", {
            method: "POST", body: JSON.stringify({viewer, reason}), redirect: "manual", cache: "no-store"});
          // Another origin, which this page may not ask.
          const isElsewhere = answer.type === "opaqueredirect";
          const found = isElsewhere ? {} : await answer.json();
          if (own !== asked) return;
          if (isElsewhere) return showFound("Another instance has this viewer: open its page, and ask there.");
          if (!answer.ok) return showFound(`Refused: ${found.detail}.`);
          if (!found.cluster) return showFound("This viewer is in no published cluster, or was never seen.");
          const link = document.createElement("a");
          [link.href, link.textContent] = [`#cluster-${found.cluster}`, `cluster ${found.cluster}`];
          const why = found.topics.length ? ` Like the others there, the viewer watches ${found.topics.join(", ")}.` : "";
          showFound("This viewer is in ", link, `, by the model ${found.model}.${why}`);
        }
        function enable() {
          const button = document.querySelector("#find button");
          if (button) button.disabled = false;
        }
        addEventListener("pagehide", forget);
        // Shows the state of the instance as it is now.
        async function examine() {
          const part = document.querySelector("[data-part=health]");
          if (!part || document.hidden) return;
          const answer = await fetch("/state", {cache: "no-store"});
          if (!answer.ok) return;
          const next = new DOMParser().parseFromString(await answer.text(), "text/html");
          document.querySelector("[data-part=health]")?.replaceWith(next.querySelector("[data-part=health]"));
        }
        document.addEventListener("click", event => {
          const link = event.target.closest("a.now");
          if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
          event.preventDefault();
          const slider = document.getElementById("at");
          slider.value = slider.max;
          slider.focus();
          tell(slider);
          choose("at", "");
        });
        function follow() {
          if (document.hidden) {
            if (events) events.close();
            return;
          }
          if (window.EventSource && (!events || events.readyState === EventSource.CLOSED)) {
            events = new EventSource("/v1/changes");
            events.addEventListener("model", refresh);
          }
          if (!events || events.readyState !== EventSource.OPEN) refresh();
        }
        const first = document.getElementById("at");
        if (first) tell(first);
        enable();
        follow();
        document.addEventListener("visibilitychange", follow);
        setInterval(follow, 10000);
        setInterval(() => examine().catch(() => {}), 10000);

        """
}
