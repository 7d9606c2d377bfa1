// Ready sequences of messages, each sent when the one before was answered.

export interface Example {
  name: "ping" | "talk" | "translate" | "metrics" | "echo";
  messages: readonly Record<string, unknown>[];
}

export const EXAMPLES: readonly Example[] = [
  {
    name: "talk",
    messages: [
      { type: "create_session", config: { room_id: "demo", name: "Test", speaks: "en", hears: ["es"] } },
      { type: "text", text: "Good morning, everybody." },
    ],
  },
  {
    name: "translate",
    messages: [{ type: "translation_stream", text: "Good morning", source_lang: "en", target_lang: "es" }],
  },
  { name: "metrics", messages: [{ type: "subscribe", topic: "metrics" }] },
  { name: "ping", messages: [{ type: "ping" }] },
  { name: "echo", messages: [{ type: "test_message", hello: "there", number: 42 }] },
];
