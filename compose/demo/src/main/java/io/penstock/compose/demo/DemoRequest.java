package io.penstock.compose.demo;

/**
 * The content of one request of the demo.
 *
 * @param endpoint the OpenAI path
 * @param model the model asked for
 * @param body the OpenAI-style JSON body
 */
record DemoRequest(String endpoint, String model, String body) {}
