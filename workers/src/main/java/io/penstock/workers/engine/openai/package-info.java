/** Any OpenAI-compatible server as an engine: vLLM, llama.cpp, Ollama, a provider. */
package io.penstock.workers.engine.openai;
