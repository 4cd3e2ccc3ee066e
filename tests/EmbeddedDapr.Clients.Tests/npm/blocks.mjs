// What is asked of each building block. `only`: the one protocol for which the client has it.
import dapr from "@dapr/dapr";
import { Temporal } from "@js-temporal/polyfill";

const { AbstractActor, ActorId, ActorProxyBuilder, HttpMethod } = dapr;

/** Counts, and is called by its timer and its reminder. */
export class CounterActor extends AbstractActor {
  static note = () => {};

  async add(amount) {
    const state = this.getStateManager();
    const [found, before] = await state.tryGetState("count");
    const count = (found ? before : 0) + amount;
    await state.setState("count", count);
    await state.saveState();
    return count;
  }

  async schedule() {
    await this.registerActorTimer("t", "onTimer", Temporal.Duration.from({ milliseconds: 100 }), Temporal.Duration.from({ hours: 1 }), undefined, "of the timer");
    await this.registerActorReminder("r", Temporal.Duration.from({ milliseconds: 100 }), Temporal.Duration.from({ hours: 1 }), undefined, "of the reminder");
  }

  async onTimer(data) {
    CounterActor.note("timer", data);
  }

  async receiveReminder(data) {
    CounterActor.note("reminder", data);
    await this.unregisterActorReminder("r");
  }
}

export const blocks = {
  state: {
    async run({ client, assert }) {
      const saved = await client.state.save("statestore", [{ key: "a", value: { n: 1 } }, { key: "b", value: "text" }]);
      assert.equal(saved?.error, undefined);
      assert.deepEqual(await client.state.get("statestore", "a"), { n: 1 });
      const many = await client.state.getBulk("statestore", ["a", "b", "c"]);
      assert.deepEqual(many.map((item) => item.key).sort(), ["a", "b", "c"]);
      await client.state.transaction("statestore", [
        { operation: "upsert", request: { key: "a", value: "2" } },
        { operation: "delete", request: { key: "b" } },
      ]);
      assert.equal(Number(await client.state.get("statestore", "a")), 2);
      assert.ok(!(await client.state.get("statestore", "b")));
      await client.state.delete("statestore", "a");
      assert.ok(!(await client.state.get("statestore", "a")));
    },
  },
  pubsub: {
    async run({ client, next, assert }) {
      const published = await client.pubsub.publish("pubsub", "orders", { id: "o1" });
      assert.equal(published.error, undefined);
      assert.deepEqual(await next("orders"), { id: "o1" });
      const refused = await client.pubsub.publish("nowhere", "orders", { id: "o2" }).catch((failure) => failure); // over gRPC it rejects
      assert.ok(refused.error);
    },
  },
  "pubsub-bulk": {
    async run({ client, next, assert }) {
      const answer = await client.pubsub.publishBulk("pubsub", "bulk", [{ id: "b1" }, { id: "b2" }]);
      assert.deepEqual(answer.failedMessages, []);
      const ids = [(await next("bulk")).id, (await next("bulk")).id];
      assert.deepEqual(ids.sort(), ["b1", "b2"]);
    },
  },
  bindings: {
    async run({ next }) {
      await next("tick");
    },
  },
  invocation: {
    async run({ client, assert }) {
      const answer = await client.invoker.invoke("npm", "echo", HttpMethod.POST, { hello: "world" });
      const body = typeof answer.body === "string" ? JSON.parse(answer.body) : answer.body;
      assert.deepEqual(body, { hello: "world" });
      await assert.rejects(client.invoker.invoke("nobody", "echo", HttpMethod.POST, {}));
    },
  },
  secrets: {
    async run({ client, assert }) {
      assert.deepEqual(await client.secret.get("secrets", "plain"), { plain: "s1" });
      const all = await client.secret.getBulk("secrets");
      assert.deepEqual(Object.keys(all).sort(), ["db:password", "plain"]);
    },
  },
  configuration: {
    only: "grpc",
    async run({ client, assert }) {
      const { items } = await client.configuration.get("settings", ["color"]);
      assert.equal(items.color.value, "blue");
      const first = await new Promise((resolve, reject) => {
        setTimeout(() => reject(new Error("no change arrived")), 20000).unref();
        client.configuration.subscribeWithKeys("settings", ["color"], async (change) => resolve(change)).then(async () => {
          const { writeFile } = await import("node:fs/promises");
          await writeFile(process.env.SETTINGS_FILE, JSON.stringify({ color: "green" }));
        }, reject);
      });
      assert.equal(first.items.color.value, "green");
    },
  },
  lock: {
    async run({ client, assert }) {
      assert.equal((await client.lock.lock("locks", "r", "me", 60)).success, true);
      assert.equal((await client.lock.lock("locks", "r", "you", 60)).success, false);
      assert.equal((await client.lock.unlock("locks", "r", "you")).status, dapr.LockStatus?.LockBelongsToOthers ?? 2);
      assert.equal((await client.lock.unlock("locks", "r", "me")).status, dapr.LockStatus?.Success ?? 0);
    },
  },
  metadata: {
    async run({ client, assert }) {
      await client.metadata.set("color", "blue");
      const told = await client.metadata.get();
      assert.equal(told.id, "npm");
      assert.equal(await client.health.isHealthy(), true);
    },
  },
  actors: {
    only: "http",
    async run({ client, next, assert }) {
      const counter = new ActorProxyBuilder(CounterActor, client).build(new ActorId("one"));
      assert.equal(await counter.add(2), 2);
      assert.equal(await counter.add(3), 5);
      await counter.schedule();
      assert.equal(await next("timer"), "of the timer");
      assert.equal(await next("reminder"), "of the reminder");
    },
  },
};
