"use strict";
(() => {
  const form = document.getElementById("filters");
  if (!form) return; // nothing was played
  const search = document.getElementById("search");
  const shown = document.getElementById("shown");
  const clauses = [...document.querySelectorAll(".clause")];
  const texts = new Map(clauses.map((clause) => [clause, clause.textContent.toLowerCase()]));

  const chosen = (name) => new Set([...form.querySelectorAll(`[name=${name}]:checked`)].map((box) => box.value));

  function filter() {
    const outcomes = chosen("outcome");
    const grades = chosen("grade");
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const clause of clauses) {
      const text = texts.get(clause);
      const fits = outcomes.has(clause.dataset.outcome) && grades.has(clause.dataset.grade);
      clause.hidden = !(fits && words.every((word) => text.includes(word)));
      count += !clause.hidden;
    }
    for (const group of [...document.querySelectorAll(".section"), ...document.querySelectorAll(".rfc")]) {
      group.hidden = !group.querySelector(".clause:not([hidden])");
    }
    shown.textContent = `${count} of ${clauses.length} clauses`;
  }

  function showAll() {
    search.value = "";
    for (const box of form.querySelectorAll("[type=checkbox]")) box.checked = true;
    filter();
  }

  function named() {
    try {
      return decodeURIComponent(location.hash.slice(1));
    } catch {
      return ""; // it was cut off within an escape
    }
  }

  function open() {
    const target = document.getElementById(named());
    if (!target) return;
    if (target.hidden || target.closest("[hidden]")) showAll();
    if (target.tagName === "DETAILS") {
      target.open = true;
      target.querySelector("summary").focus({ preventScroll: true });
    } else if (target.classList.contains("clause")) {
      target.querySelector("a").focus({ preventScroll: true });
    }
    target.scrollIntoView();
  }

  form.hidden = false;
  form.addEventListener("input", filter);
  form.addEventListener("reset", (event) => {
    event.preventDefault();
    showAll();
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  for (const link of document.querySelectorAll("[data-only]")) {
    link.addEventListener("click", () => {
      showAll();
      for (const box of form.querySelectorAll("[name=outcome]")) box.checked = box.value === link.dataset.only;
      filter();
    });
  }
  addEventListener("hashchange", open);
  addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (link && link.hash === location.hash) open(); // the hash does not change, so nobody else would
  });
  addEventListener("keydown", (event) => {
    if (event.key === "/" && document.activeElement !== search && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      search.focus();
    } else if (event.key === "Escape") {
      showAll();
    }
  });
  addEventListener("beforeprint", () => {
    for (const one of document.querySelectorAll(".clause[data-outcome=broken], #seen details")) one.open = true;
  });
  filter();
  open();
})();
