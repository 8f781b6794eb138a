/**
 * Measures how well the complexity predictor divides prompts between a cheap and a strong model.
 */
package io.penstock.compose.bench.selection;
