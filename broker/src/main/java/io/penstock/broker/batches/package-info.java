/** OpenAI's batches: their HTTP endpoints, and the wiring of files and batches. */
package io.penstock.broker.batches;
