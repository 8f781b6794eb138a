package io.penstock.streams.score.candidate;

import io.penstock.schemas.ModelSpec;
import org.jspecify.annotations.Nullable;

/**
 * A model that a request's own words, or its alias's, let serve it.
 *
 * @param variant the one named, or null
 * @param preference its place in the order in which models were named, from 0
 * @param fallback whether it is there only because the registry gives it as a fallback
 * @param how the words that led to it, for a person
 */
public record Wish(
    ModelSpec spec, @Nullable String variant, int preference, boolean fallback, String how) {}
