// The list of things to try: whom one is, what happens at Telnyx, and what is broken.

import { element } from "./blocks.js";

const $ = (id) => document.getElementById(id);
const decisions = () => document.querySelectorAll("[data-decides]");

// Makes the buttons of Telnyx work. perform: takes an action, and the order that is selected.
export function setUpTelnyx(perform) {
  $("order").addEventListener("change", offerDecisions);
  for (const button of document.querySelectorAll("[data-change]")) {
    button.addEventListener("click", () => perform({ do: "change", order: $("order").value, change: button.dataset.change }, $("order").value));
  }
  for (const button of document.querySelectorAll("[data-hours]")) {
    button.addEventListener("click", () => perform({ do: "pass", hours: Number(button.dataset.hours) }, $("order").value));
  }
  $("open-order").addEventListener("click", () => perform({ do: "open" }));
}

export function showPeople(people, me) {
  if (!$("me").options.length) {
    for (const one of Object.values(people)) $("me").append(element("option", { value: one.id }, `${one.name}, ${one.role}`));
  }
  $("me").value = me;
}

// Lists the orders, the latest first; one that is new is selected.
export function showOrders(orders) {
  const select = $("order");
  const key = JSON.stringify(orders);
  if (select.dataset.key === key) return;
  select.dataset.key = key;
  const selected = select.options[0]?.value === orders[0]?.id ? select.value : orders[0]?.id;
  select.replaceChildren(...orders.map((one) => element("option", { value: one.id, "data-pending": one.is_pending }, one.label)));
  select.value = selected;
  offerDecisions();
}

// What is decided is decided.
function offerDecisions() {
  const isPending = $("order").selectedOptions[0]?.dataset.pending !== undefined;
  for (const button of decisions()) {
    if (!isPending && document.activeElement === button) $("order").focus();
    button.disabled = !isPending;
  }
}

// act: sends an action. faults: the names of the faults, by service. broken: the one that is on, by service.
export function showFaults(act, faults, broken) {
  for (const [service, names] of Object.entries(faults)) {
    if (!$(`fault-${service}`)) {
      const select = element("select", { id: `fault-${service}`, on: { change: (event) => act({ do: "break", service, fault: event.target.value }) } },
        element("option", { value: "" }, "works"), ...names.map((name) => element("option", { value: name }, name)));
      $("faults").append(element("label", { for: select.id }, service), select);
    }
    $(`fault-${service}`).value = broken[service] ?? "";
  }
  $("broken").textContent = Object.entries(broken).map(([service, fault]) => `${service} ${fault}`).join(" · ");
}
