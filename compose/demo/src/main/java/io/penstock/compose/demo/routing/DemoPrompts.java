package io.penstock.compose.demo.routing;

import java.util.List;

/** Prompts of the routing demo: half of them plain, half of them asking for several steps. */
final class DemoPrompts {

  private static final List<String> PROMPTS =
      List.of(
          "What is the capital of Portugal?",
          "A tank holds 480 litres. One pump fills it at 35 litres a minute while a leak drains 5"
              + " litres a minute, and after 6 minutes a second pump adds 20 litres a minute. How"
              + " many minutes until it is full?",
          "Say hello in Italian.",
          "Maya bought 3 notebooks for $4 each and twice as many pens for $1.50 each, paid with two"
              + " $20 notes and gave a fifth of the change to her brother. How much does she keep?",
          "Which planet is closest to the sun?",
          "A train leaves at 9:40 at 80 km/h; another leaves the same station at 10:10 at 110 km/h"
              + " on a parallel track. At what time has the second caught up, and how far have they"
              + " gone?",
          "Give a synonym for quick.",
          "A shop lowers a price by 15 percent, then raises it by 10 percent, and then takes $7"
              + " off. The price is now $86.50. What was it at first?",
          "How many days has a week?",
          "In a class of 32, three eighths play football, half of the rest play chess, and a"
              + " quarter of the chess players also sing. How many play chess and sing?",
          "What colour is a ripe banana?",
          "A farmer has hens and goats, 50 heads and 144 legs altogether. He sells a third of the"
              + " hens and buys 6 goats. How many legs are there now?");

  private DemoPrompts() {}

  static String of(int number) {
    return PROMPTS.get(number % PROMPTS.size());
  }

  static int count() {
    return PROMPTS.size();
  }
}
