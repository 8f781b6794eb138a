/**
 * Anthropic's message batches, over the same machinery as OpenAI's: requests become chat
 * completions as they come in, and answers become messages as they are fetched.
 */
package io.penstock.broker.messages;
