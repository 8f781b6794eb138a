/** The OpenAI request bodies and answers that engines in this process read and write. */
package io.penstock.workers.engine.body;
