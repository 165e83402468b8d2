#include "report/bound.h"

#include <math.h>

#define TERMS     400
#define PRECISION 1e-12

/* The continued fraction of the incomplete beta function (Lentz). */
static double
fraction(double a, double b, double x)
{
    const double tiny = 1e-300;
    double c = 1, d = 1 - (a + b) * x / (a + 1);
    d = 1 / (fabs(d) < tiny ? tiny : d);
    double value = d;
    for (int m = 1; m <= TERMS; m++) {
        double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        const double steps[] = {even, odd};
        double change = 1;
        for (int i = 0; i < 2; i++) {
            d = 1 + steps[i] * d;
            d = 1 / (fabs(d) < tiny ? tiny : d);
            c = 1 + steps[i] / c;
            c = fabs(c) < tiny ? tiny : c;
            change = c * d;
            value *= change;
        }
        if (fabs(change - 1) < PRECISION)
            break;
    }
    return value;
}

/* The regularised incomplete beta function. */
static double
beta(double a, double b, double x)
{
    if (x <= 0 || x >= 1)
        return x <= 0 ? 0 : 1;
    double front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x));
    if (x < (a + 1) / (a + b + 2))
        return front * fraction(a, b, x) / a;
    return 1 - front * fraction(b, a, 1 - x) / b;
}

double
bound_upper_95(gint64 failed, gint64 all)
{
    if (all <= 0 || failed >= all)
        return 1;
    if (failed <= 0)
        return -expm1(log(0.05) / (double)all);
    double low = (double)failed / (double)all, high = 1;
    for (int i = 0; i < 100 && high - low > PRECISION * high; i++) {
        double middle = (low + high) / 2;
        if (beta((double)failed + 1, (double)(all - failed), middle) < 0.95)
            low = middle;
        else
            high = middle;
    }
    return high;
}
