import { keepPrompts, refresh, signIn, signOut, signUp } from "./account.js";
import { chat } from "./chat.js";
import { available, buy, csv, saveCard, topUpByItself, untilPaid } from "./credits.js";
import { research, untilEnded } from "./job.js";
import { supabase } from "./supabase.js";

const element = (id) => document.getElementById(id);
const say = (id, text) => element(id).textContent = text;
const login = () => Object.fromEntries(new FormData(element("account")));
const question = () => element("question").value;

let stop = new AbortController();

const actions = {
  "Sign up": async () => say("user", await signUp(login())),
  "Sign in": async () => say("user", await signIn(login())),
  "Refresh": async () => say("user", await refresh()),
  "Sign out": async () => {
    await signOut();
    say("user", "");
  },
  "See balance": async () => say("balance", await available()),
  "Buy": buy,
  "Download CSV": async () => say("csv", await csv()),
  "Save a card": saveCard,
  "Top up by itself": async () => say("top-up", await topUpByItself()),
  "Research": async () => {
    const { job_id } = await research(question());
    await untilEnded(
      job_id,
      ({ status, progress }) => say("job", `${status} ${progress}`),
    );
  },
  "Chat": async () => {
    stop = new AbortController();
    say("answer", "");
    await chat(
      question(),
      stop.signal,
      (text) => element("answer").append(text),
    );
  },
  "Keep my prompts": keepPrompts,
};

/** Runs an action and shows its outcome. */
async function run(name, action) {
  say("error", "");
  say("done", "");
  try {
    await action();
    say("done", name);
  } catch (error) {
    say("error", `${name}: ${error.message}`);
  }
}

for (const button of document.querySelectorAll("button")) {
  const name = button.textContent;
  button.addEventListener(
    "click",
    () => name === "Stop" ? stop.abort() : run(name, actions[name]),
  );
}

const { data: { session } } = await supabase.auth.getSession();
if (session) say("user", session.user.id);
const paid = new URLSearchParams(location.search).get("paid");
if (paid) {
  say("order", paid);
  await run("Paid", async () => {
    await untilPaid(paid);
    say("balance", await available());
  });
}
