// docs/coverage.md: per namespace what is here, and what is missing or differs, each with its reason.

import { absent } from "../../lib/api/absent.js";
import type { Finding } from "./compare.js";
import { leftOutParameters, type TensorFlowFinding } from "./tensorflow.js";

const namespaceOf = (name: string): string => name.split(".").slice(0, -1).join(".");

/** The page for what was found. */
export function pageOf(findings: readonly Finding[]): string {
  const relevant = findings.filter(({ absent, waitsFor }) => absent === undefined && waitsFor === undefined);
  const present = relevant.filter(({ isPresent }) => isPresent);
  const groups = groupBy(findings, ({ name }) => namespaceOf(name));
  const rows = [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([namespace, all]) => {
      const count = (test: (finding: Finding) => boolean): number => all.filter(test).length;
      return `| \`${namespace}\` | ${all.length} | ${count(({ isPresent, absent }) => isPresent && absent === undefined)} | ${count(({ faults, deviations, isPresent, absent }) => isPresent && absent === undefined && faults.length + deviations.length === 0)} | ${count(({ absent }) => absent !== undefined)} |`;
    });
  const waiting = groupBy(
    findings.filter(({ waitsFor }) => waitsFor !== undefined),
    ({ waitsFor }) => waitsFor!,
  );
  return [
    "# Coverage of Keras's public interface",
    "",
    "Written by `npm run coverage`, which compares the built package with the interface of Keras 3.16 (`test/golden/api.jsonl.gz`): names and",
    "aliases, parameters in order and their defaults, methods and properties. It fails where something is missing or differs without a reason.",
    "",
    `Of ${findings.length} names ${present.length} are here, ${findings.filter(({ absent }) => absent !== undefined).length} make no sense in JavaScript, ` +
      `${[...waiting.values()].flat().length} wait for plans of their own; ${relevant.length - present.length} are missing.`,
    "",
    "| namespace | names | here | without any difference | make no sense here |",
    "| --- | --- | --- | --- | --- |",
    ...rows,
    "",
    "## Make no sense here",
    "",
    "Calling one throws a `NotSupportedError` that says what to use instead.",
    "",
    ...absent.map(({ names, reason, instead }) => `- ${names.map((name) => `\`${name}\``).join(", ")}: ${reason}. ${instead}`),
    "",
    "## Wait for plans of their own",
    "",
    ...[...waiting].map(([plan, all]) => `- ${plan}: ${all.map(({ name }) => `\`${name}\``).join(", ")}`),
    "",
    "## Differ",
    "",
    ...reasons(findings),
    "",
    "## Parameters not compared",
    "",
    "They take an options object that they check by themselves.",
    "",
    findings
      .filter(({ isPresent, isRead, absent }) => isPresent && !isRead && absent === undefined)
      .map(({ name }) => `\`${name}\``)
      .join(", "),
    "",
    "## Missing, without a reason",
    "",
    ...findings.flatMap(({ name, faults }) => (faults.length > 0 ? [`- \`${name}\`: ${faults.join("; ")}`] : [])),
    "",
  ].join("\n");
}

/** The part of the page about TensorFlow's names. */
export function tensorFlowPage(findings: readonly TensorFlowFinding[]): string {
  const tiers = [1, 2, 3].map((tier) => {
    const own = findings.filter(({ row }) => row.tier === tier);
    const here = own.filter(({ isPresent, absent: reason }) => isPresent && reason === undefined);
    return `| ${tier} | ${own.length} | ${here.length} | ${own.filter(({ absent: reason }) => reason !== undefined).length} |`;
  });
  return [
    "# Coverage of TensorFlow's names",
    "",
    "Those of TensorFlow 2.21 that tutorials type (`test/golden/tf-api.json.gz`), in tiers: 1 every tutorial, 2 common, 3 rare. All are held by a test.",
    "",
    "| tier | names | here | make no sense here |",
    "| --- | --- | --- | --- |",
    ...tiers,
    "",
    "Parameters that are left out wherever TensorFlow has them:",
    "",
    ...leftOutParameters.map(({ names, reason }) => `- ${names.map((name) => `\`${name}\``).join(", ")}: ${reason}`),
    "",
  ].join("\n");
}

/** What differs, by reason. */
function reasons(findings: readonly Finding[]): string[] {
  const all = findings.flatMap(({ name, deviations }) => deviations.map((each) => ({ name, ...each })));
  return [...groupBy(all, ({ reason }) => reason)].map(([reason, each]) => {
    const names = groupBy(each, ({ name }) => name);
    return `- ${reason}: ${[...names].map(([name, list]) => `\`${name}\` (${list.map(({ difference }) => difference).join("; ")})`).join(", ")}`;
  });
}

function groupBy<T>(all: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of all) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}
