/** What has a moment whose text sorts by time. */
interface Timed {
  readonly at: string;
}

/** Merges sources, each in the order of time, into one in that order. Of equal moments the first source comes first. */
export async function* merged<T extends Timed>(sources: readonly AsyncIterable<T>[]): AsyncGenerator<T> {
  const iterators = sources.map((source) => source[Symbol.asyncIterator]());
  try {
    const heads = await Promise.all(iterators.map((iterator) => iterator.next()));
    for (;;) {
      let first = -1;
      for (const [index, head] of heads.entries()) {
        const best = heads[first];
        if (head.done !== true && (best === undefined || best.done === true || head.value.at < best.value.at))
          first = index;
      }
      const [head, iterator] = [heads[first], iterators[first]];
      if (head === undefined || head.done === true || iterator === undefined) return;
      yield head.value;
      heads[first] = await iterator.next();
    }
  } finally {
    await Promise.all(iterators.map((iterator) => iterator.return?.()));
  }
}

/** The last ones. @param count undefined: all, as they come */
export async function* last<T>(source: AsyncIterable<T>, count: number | undefined): AsyncGenerator<T> {
  if (count === undefined) {
    yield* source;
    return;
  }
  let kept: T[] = [];
  for await (const one of source) {
    kept.push(one);
    if (kept.length >= 2 * count) kept = kept.slice(-count);
  }
  yield* kept.slice(-count);
}
