/** The lines of output and error files, as OpenAI's batches have them. */
package io.penstock.broker.batches.output;
