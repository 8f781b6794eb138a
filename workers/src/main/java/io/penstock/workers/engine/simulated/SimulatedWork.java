package io.penstock.workers.engine.simulated;

import io.penstock.workers.engine.EngineRequest;
import io.penstock.workers.engine.body.EmbeddingBody;
import io.penstock.workers.engine.body.GenerationBody;
import io.penstock.workers.engine.body.InvalidBodyException;

/**
 * The work that a request causes in the simulated engine. The prompt's length is the estimate that
 * came with the request. The output is as long as allowed, as with vLLM's {@code ignore_eos}: the
 * smaller of the body's {@code max_completion_tokens} (or {@code max_tokens}) and the request's own
 * limit.
 */
sealed interface SimulatedWork {

  int MAX_INPUTS = 2048;

  int promptTokens();

  int outputTokens();

  record Chat(int promptTokens, int outputTokens) implements SimulatedWork {}

  record Completion(int promptTokens, int outputTokens) implements SimulatedWork {}

  record Embedding(int promptTokens, EmbeddingBody body) implements SimulatedWork {
    @Override
    public int outputTokens() {
      return 0;
    }
  }

  static boolean serves(String endpoint) {
    return switch (endpoint) {
      case "/v1/chat/completions", "/v1/completions", "/v1/embeddings" -> true;
      default -> false;
    };
  }

  static SimulatedWork of(EngineRequest request) throws InvalidBodyException {
    int prompt = Math.clamp(request.promptTokens(), 1, Integer.MAX_VALUE);
    return switch (request.endpoint()) {
      case "/v1/chat/completions" -> new Chat(prompt, outputTokens(request, "messages"));
      case "/v1/completions" -> new Completion(prompt, outputTokens(request, "prompt"));
      default -> new Embedding(prompt, EmbeddingBody.parse(request.body(), MAX_INPUTS));
    };
  }

  private static int outputTokens(EngineRequest request, String content)
      throws InvalidBodyException {
    long allowed = Math.max(1, request.maxOutputTokens());
    long asked = GenerationBody.parse(request.body(), content).maxTokens().orElse(allowed);
    return Math.clamp(Math.min(asked, allowed), 1, Integer.MAX_VALUE);
  }
}
