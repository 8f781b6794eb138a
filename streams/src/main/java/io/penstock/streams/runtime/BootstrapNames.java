package io.penstock.streams.runtime;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.function.Predicate;
import org.apache.kafka.common.utils.Utils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits until the name of a broker can be resolved. Where Kafka runs in containers, its names go
 * when it stops. A client is then refused when it is made, and a stream thread that is replaced at
 * that moment would be lost for good.
 */
final class BootstrapNames {

  private static final Logger LOG = LoggerFactory.getLogger(BootstrapNames.class);
  private static final Duration BETWEEN = Duration.ofSeconds(1);

  private final Predicate<String> resolves;
  private final Pause pause;

  /**
   * @param resolves whether a host's name can be resolved now
   * @param pause waits between two looks
   */
  BootstrapNames(Predicate<String> resolves, Pause pause) {
    this.resolves = resolves;
    this.pause = pause;
  }

  static BootstrapNames ofSystem() {
    return new BootstrapNames(BootstrapNames::resolves, Thread::sleep);
  }

  /**
   * Returns once one of them can be resolved, or the thread is interrupted.
   *
   * @param servers each as {@code host:port}; what is none is left to the client
   */
  void await(Collection<String> servers) {
    List<String> hosts =
        servers.stream()
            .map(each -> Utils.getHost(each.strip()))
            .filter(host -> host != null)
            .toList();
    boolean told = false;
    while (!hosts.isEmpty() && hosts.stream().noneMatch(resolves)) {
      if (!told) {
        told = true;
        LOG.warn("No name of Kafka's brokers can be resolved: {}; waiting until one can", hosts);
      }
      try {
        pause.pause(BETWEEN);
      } catch (InterruptedException stop) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private static boolean resolves(String host) {
    try {
      return InetAddress.getAllByName(host).length > 0;
    } catch (UnknownHostException gone) {
      return false;
    }
  }
}
