/** How long a request is likely to wait, by what dispatch reports of the fleet. */
package io.penstock.broker.prediction;
