/** What a person who typed these words most likely meant: the words of the directory, `term`, are all there is to find. */
import { type SQL, sql } from "drizzle-orm";
import { closestWord } from "../../core/directory/closest-word.ts";
import type { Db } from "../client.ts";
import { likeWord, type WordMeaning, wordsOf } from "./search-conditions.ts";

/** A shorter word has no trigram that is all its own. */
const WORD_CHARS_MIN = 3;
/** Terms that are looked at for one word. */
const CANDIDATES_MAX = 50;
/** Two swapped letters in a word of five leave a third of its trigrams. */
const LIKENESS_MIN = 0.3;

export interface CorrectedWords {
  /** What is searched for: as it was typed, or with its words corrected. */
  readonly q: string;
  readonly isCorrected: boolean;
  readonly meanings: ReadonlyMap<string, WordMeaning>;
}

interface Row extends Record<string, unknown> {
  readonly word: string;
  readonly isKnown: boolean;
  /** Words that are like it, likeliest first; none for a word that is known. */
  readonly candidates: string[];
}

interface Code extends Record<string, unknown> {
  readonly kind: "specialty" | "insurance";
  readonly value: string;
  readonly folded: string;
}

/** One row a word. */
export function wordsStatement(words: readonly string[]): SQL {
  const patterns = words.map(likeWord);
  return sql`SELECT t.word, hit.known AS "isKnown", likely.words AS candidates
    FROM unnest(${sql.param([...words])}::text[], ${sql.param(patterns)}::text[]) AS t(word, pattern)
    CROSS JOIN LATERAL (SELECT EXISTS (SELECT 1 FROM term WHERE folded LIKE t.pattern) AS known) hit
    CROSS JOIN LATERAL (
      SELECT coalesce(array_agg(w ORDER BY similarity(w, t.word) DESC, kind = 'specialty' DESC, w), '{}') AS words
      FROM (
        SELECT kind, folded FROM term WHERE folded %> t.word AND NOT hit.known
        ORDER BY word_similarity(t.word, folded) DESC, kind, value LIMIT ${CANDIDATES_MAX}
      ) alike CROSS JOIN LATERAL unnest(string_to_array(alike.folded, ' ')) AS w
    ) likely`;
}

/** Some dozen rows by `term_pk`: every specialty and insurance there is. */
const CODES = sql`SELECT kind, value, folded FROM term WHERE kind IN ('specialty', 'insurance')
  ORDER BY kind, value LIMIT 500`;

/** A word means what has a word that begins with it. */
function meaningOf(word: string, codes: readonly Code[]): WordMeaning {
  const meant = codes.filter(({ folded }) => ` ${folded}`.includes(` ${word}`));
  const of = (wanted: Code["kind"]) => meant.filter(({ kind }) => kind === wanted).map(({ value }) => value);
  return { specialties: of("specialty"), insurances: of("insurance") };
}

/**
 * [SE4] A word that is in a term, wherever, stays as it is; another one becomes the word that is most like it, if one is
 * like it at all; `isExact` leaves all as they are. `term_folded_idx` (trigrams) finds both; at most SEARCH_WORDS_MAX words, each with CANDIDATES_MAX terms.
 */
export async function correctWords(db: Db, q: string, isExact = false): Promise<CorrectedWords> {
  const typed = wordsOf(q);
  const asked = typed.filter((word) => word.length >= WORD_CHARS_MIN);
  if (asked.length === 0) return { q, isCorrected: false, meanings: new Map() };
  // One batch is one transaction, which is as long as the setting lasts.
  const [, { rows }, { rows: codes }] = await db.batch([
    db.execute(sql`SELECT set_config('pg_trgm.word_similarity_threshold', ${String(LIKENESS_MIN)}, true)`),
    db.execute<Row>(wordsStatement(asked)),
    db.execute<Code>(CODES),
  ]);
  const better = new Map(
    rows.flatMap(({ word, isKnown, candidates }) => {
      const closest = isKnown || isExact ? null : closestWord(word, candidates);
      return closest === null || closest === word ? [] : [[word, closest] as const];
    }),
  );
  const meant = typed.map((word) => better.get(word) ?? word);
  return {
    q: better.size > 0 ? meant.join(" ") : q,
    isCorrected: better.size > 0,
    meanings: new Map(
      meant
        .filter((word) => word.length >= WORD_CHARS_MIN)
        .map((word) => [word, meaningOf(word, codes)] as const),
    ),
  };
}
