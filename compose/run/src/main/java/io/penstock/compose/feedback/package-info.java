/** From judgements of results to outcomes that the complexity predictor is trained on. */
package io.penstock.compose.feedback;
