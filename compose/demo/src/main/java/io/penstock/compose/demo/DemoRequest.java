package io.penstock.compose.demo;

/**
 * What one request of the demo asks.
 *
 * @param endpoint the OpenAI path
 * @param model the model asked for
 * @param body the OpenAI-style JSON body
 */
record DemoRequest(String endpoint, String model, String body) {}
