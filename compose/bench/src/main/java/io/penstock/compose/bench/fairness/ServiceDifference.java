package io.penstock.compose.bench.fairness;

import io.penstock.compose.bench.sim.TenantSimulation.Served;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Computes how unevenly tenants were served, as the VTC paper measures it (OSDI 2024; its artifact
 * computes it so, and the published figures follow from its logs by it).
 *
 * <pre>
 * service of a request = prompt tokens + 2 x generated tokens, spread evenly over the time from its
 *                        first to its last token
 * at each of 19 instants: window = the 60 s from there
 *   s(u) = service of tenant u in the window, per second
 *   r(u) = service of its requests that came in the window, per second
 *   difference = sum over u of min(greatest s - s(u), |r(u) - s(u)|)
 * </pre>
 *
 * <p>A tenant that got what it asked for adds nothing, however little that is. The instants divide
 * the time from the first 30 s to the last arrival.
 *
 * @param seconds the instants
 * @param differences weighted tokens per second at each
 */
record ServiceDifference(List<Double> seconds, List<Double> differences) {

  private static final double WINDOW = 60;
  private static final double WARM_UP = 30;
  private static final int PARTS = 20;

  /** The shortest time over which service can be spread. */
  private static final double AT_ONCE = 1e-5;

  /**
   * Measures.
   *
   * @param length of the trace in seconds, more than 30
   */
  static ServiceDifference of(List<Served> served, double length) {
    Map<String, List<Served>> tenants = new LinkedHashMap<>();
    served.forEach(
        each -> tenants.computeIfAbsent(each.tenant(), name -> new ArrayList<>()).add(each));
    List<Double> seconds = new ArrayList<>();
    List<Double> differences = new ArrayList<>();
    for (int part = 1; part < PARTS; part++) {
      double middle = (length - WARM_UP) / PARTS * part + WARM_UP;
      seconds.add(middle);
      differences.add(at(middle - WINDOW / 2, middle + WINDOW / 2, tenants));
    }
    return new ServiceDifference(seconds, differences);
  }

  private static double at(double from, double to, Map<String, List<Served>> tenants) {
    List<Double> given = new ArrayList<>();
    List<Double> asked = new ArrayList<>();
    for (List<Served> requests : tenants.values()) {
      double service = 0;
      double request = 0;
      for (Served each : requests) {
        service += serviceIn(each, from, to);
        if (from <= each.arrival() && each.arrival() <= to) {
          request += service(each);
        }
      }
      given.add(service / WINDOW);
      asked.add(request / WINDOW);
    }
    double most = given.stream().mapToDouble(Double::doubleValue).max().orElse(0);
    double sum = 0;
    for (int i = 0; i < given.size(); i++) {
      sum += Math.min(most - given.get(i), Math.abs(asked.get(i) - given.get(i)));
    }
    return sum;
  }

  /** The part of a request's service that falls into a span. */
  static double serviceIn(Served each, double from, double to) {
    double time = each.finished() - each.firstToken();
    if (time < AT_ONCE) {
      return 0;
    }
    double within = Math.min(to, each.finished()) - Math.max(from, each.firstToken());
    return service(each) * Math.max(0, within) / time;
  }

  static double service(Served each) {
    return each.promptTokens() + 2.0 * each.outputTokens();
  }

  double most() {
    return differences.stream().mapToDouble(Double::doubleValue).max().orElse(0);
  }

  double mean() {
    return differences.stream().mapToDouble(Double::doubleValue).average().orElse(0);
  }

  /** Prompt and generated tokens per second, from the start to the last token. */
  static double tokensPerSecond(List<Served> served) {
    double tokens = served.stream().mapToDouble(e -> e.promptTokens() + e.outputTokens()).sum();
    return tokens / served.stream().mapToDouble(Served::finished).max().orElse(1);
  }
}
