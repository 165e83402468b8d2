#include "report/bound.h"

#include <math.h>

/* Expected values by direct summation of the binomial distribution. */
static double
tail(gint64 failed, gint64 all, double rate)
{
    double sum = 0;
    for (gint64 k = 0; k <= failed; k++)
        sum += exp(lgamma((double)all + 1) - lgamma((double)k + 1) - lgamma((double)(all - k) + 1) +
                   (double)k * log(rate) + (double)(all - k) * log1p(-rate));
    return sum;
}

static void
test_against_the_distribution(void)
{
    static const gint64 cases[][2] = {{0, 3},    {0, 100},    {1, 100},     {5, 100},   {50, 100},
                                      {99, 100}, {3, 100000}, {0, 1000000}, {700, 1000}};
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        double bound = bound_upper_95(cases[i][0], cases[i][1]);
        g_assert_cmpfloat_with_epsilon(tail(cases[i][0], cases[i][1], bound), 0.05, 1e-6);
    }
}

static void
test_ends(void)
{
    g_assert_cmpfloat(bound_upper_95(0, 0), ==, 1);
    g_assert_cmpfloat(bound_upper_95(7, 7), ==, 1);
    g_assert_cmpfloat_with_epsilon(bound_upper_95(0, 3), 0.6316, 1e-4);
    g_assert_cmpfloat(bound_upper_95(G_MAXINT32, G_MAXINT64), <, 1e-8);
    g_assert_cmpfloat(bound_upper_95(G_MAXINT64 / 2, G_MAXINT64), <, 0.51);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/bound/against-the-distribution", test_against_the_distribution);
    g_test_add_func("/bound/ends", test_ends);
    return g_test_run();
}
