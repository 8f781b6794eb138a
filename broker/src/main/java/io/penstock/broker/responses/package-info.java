/**
 * OpenAI's Responses API: what a body asks for, how it is said to an engine that knows chat
 * completions only, how the answer becomes a response and its events, and what is kept of it.
 */
package io.penstock.broker.responses;
