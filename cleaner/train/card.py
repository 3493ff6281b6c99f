"""The model card: what a model was trained on and what it was measured at, written from its header."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def card(header: Mapping[str, Any]) -> str:
    """Markdown for `models/README.md`; every figure is of the run that made the model."""
    held, counts, figures = header["held_out"], header["counts"], header["figures"]
    files = "\n".join(f"| `{entry['file']}` | `{entry['sha256'][:16]}…` |" for entry in header["trained_on"])
    curve = "\n".join(
        f"| {float(budget):.2%} | {recall:.3f} |" for budget, recall in held["recall_by_clean_budget"].items()
    )
    return f"""# Model card

Written by `cleaner train`; do not edit. Arrays in `cleaner.npz` (SHA-256 `{header["sha256"]}`), header in `cleaner.json`.

**What it is.** A table of 2^21 hashed n-gram weights, one of n-gram odds, one of the n-grams of known spam, one of trigrams of
{len(header["languages"])} languages, and a bit table of n-grams seen in clean text; boosted trees as a gate over hot runs, trees that say whether a candidate is spam, trees that say
whether it is exactly an injection, and trees that say whether the best candidate of a place is injected at all. How they
work together: `docs/how-it-decides.md`.

**What it was trained on.** {counts["articles"]} articles, {counts["background"]} background texts for the n-gram table, {counts["fragments"]}
spam fragments (grammars of `corpus/spam` and, if named below, external ones); injections are simulated
(`cleaner/train/inject.py`). {counts["candidates"]} candidates. Seed {header["seed"]}. None of the external texts is part of
this repository; `corpus/sources.toml` names their origin and licences.

**Beside it.** `hosts.npz` holds the words that hosts and paths of links are read with (`cleaner/hosts.py`): those of
`corpus/hosts.toml` with their points, and hashes of the commonest words of the clean texts above.

**How it was measured.** Articles are split by source and fragments by campaign into three folds; every figure here is of
documents whose source the model that judged them had not seen (cross-fitting), on simulated injections, about a quarter of
them disguised; every article is there three times, laid out and injected anew. Of the grammars' words half are campaigns that stand in every fold, with other texts, since real spam is
made of known words and of new ones; recall of campaigns in no other fold is given by itself. Two exceptions: the gate is
fitted on all folds, and a source that is nearly all there is of a language is split by document. Benchmarks:
`docs/quality.md`.

| held-out figure | value |
|---|---|
| clean documents | {held["clean_documents"]} |
| of them changed at the threshold `remove` by the budget, {held["remove"]:.4f} | {held["clean_changed"]:.4%} |
| clean documents that look like spam | {held["hard_documents"]} |
| of them changed | {held["hard_changed"]:.4%} |
| injections | {held["injections"]} |
| of them touched at `remove` | {held["recall_at_remove"]:.3f} |
| the same of campaigns never seen | {held["recall_at_remove_new_campaigns"]:.3f} |
| of them touched at `review` | {held["recall_at_review"]:.3f} |

| share of clean documents changed | injections touched |
|---|---|
{curve}

Thresholds on the calibrated probability: remove {figures["remove"]:.4f}, review {figures["review"]:.4f}. Where the first is not the one of the
table, it was set afterwards, with the benchmarks in view: `docs/quality-notes.md`.

**Limits.** Languages other than {", ".join(header["languages"])} are judged by script and layout more than by words. A short
term in an article on its own trade, and a term run into a word without a space, are missed more often than found.
Text in images, and spam a person could not tell from the article, are out of reach.

| file | SHA-256 |
|---|---|
{files}
"""
