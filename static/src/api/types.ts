// What the server answers over REST, in the words of its own `/openapi.json`.
import type { components, paths } from "../client/contract/openapi.ts";

type Schemas = components["schemas"];

/** The body of the answer 200 to `GET` of this path. */
type Answer<Path extends keyof paths> = paths[Path] extends {
  get: { responses: { 200: { content: { "application/json": infer Body } } } };
}
  ? Body
  : never;

/** What this tab may do. */
export type AccessView = Answer<"/api/access">;

/** How something does. */
export type Health = Schemas["HealthState"];

/** Public. */
export type HealthView = Answer<"/api/health">;

/** Public. Answered with the status 503 too, while something is missing. */
export type ReadinessView = Answer<"/readyz">;

/** What is missing, and what to do about it. */
export type Missing = Schemas["Missing"];

/** For operators. */
export type DashboardView = Answer<"/api/dashboard">;

export type AlertView = Schemas["Alert"];

export type Severity = Schemas["Severity"];

/** What the server counted in one interval. */
export type Sample = Schemas["Sample"];

/** A part of the rooms that run, for operators. */
export type RoomsView = Answer<"/api/rooms">;

export type RoomView = Schemas["RoomView"];

/** What an engine was used for in a room since that was started. */
export type UsageFigures = Schemas["UsageFigures"];

/** How much a room may use, or what is left of that. */
export type BudgetFigures = Schemas["BudgetFigures"];

/** What an engine does, and was used for since the server was started; for operators. */
export type EngineActivity = Schemas["EngineActivity"];

/** The ledger of some days; for operators. */
export type UsageView = Answer<"/api/usage">;

export type DayOfUse = Schemas["DayOfUse"];

export type ParticipantView = Schemas["Participant"];

export type Engines = Answer<"/api/engines">;

export type EngineView = Schemas["EngineView"];

/** What a part of an engine is for. */
export type EngineRole = Schemas["PartRole"];

export type Languages = Answer<"/api/languages">;

/** A language and what can be done with it here. */
export type LanguageView = Schemas["LanguageView"];

/** The calls there are, and the last of those that are over; for operators. */
export type CallsView = Answer<"/api/calls">;

export type CallView = Schemas["CallView"];

export type CallStage = Schemas["CallStage"];

export type CallInterpretation = Schemas["CallInterpretation"];

/** Whom to call, and how they are interpreted. */
export type NewCall = Schemas["NewCall"];

/** Who comes together with a call. */
export type Attachment = Schemas["Attachment"];
