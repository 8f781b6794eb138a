/** Sentence embeddings computed in this process, with the real MiniLM weights. */
package io.penstock.workers.engine.embedding;
