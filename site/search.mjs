// The index of the search, read by client/search.js when somebody first searches.

import MiniSearch from "minisearch";
import { searchOptions } from "./client/search-options.js";

/** @param {{ path: string; title: string; sections: { anchor: string; title: string; text: string }[] }[]} pages */
export function searchIndex(pages) {
  const index = new MiniSearch(searchOptions);
  let id = 0;
  for (const { path, title, sections } of pages)
    for (const section of sections)
      index.add({
        id: id++,
        url: `${path}.html${section.anchor ? `#${section.anchor}` : ""}`,
        page: title,
        title: section.title,
        text: section.text,
      });
  return JSON.stringify(index);
}
