#ifdef HAVE_LIBPQ

#include "late/pq.h"

#include "late/load.h"

static LatePq functions;

static char *
load(void)
{
    const LateSymbol symbols[] = {
        {"PQconnectdbParams", &functions.connectdbParams},
        {"PQreset", &functions.reset},
        {"PQfinish", &functions.finish},
        {"PQpingParams", &functions.pingParams},
        {"PQstatus", &functions.status},
        {"PQtransactionStatus", &functions.transactionStatus},
        {"PQparameterStatus", &functions.parameterStatus},
        {"PQserverVersion", &functions.serverVersion},
        {"PQerrorMessage", &functions.errorMessage},
        {"PQsetNoticeProcessor", &functions.setNoticeProcessor},
        {"PQexec", &functions.exec},
        {"PQsendQueryParams", &functions.sendQueryParams},
        {"PQsendPrepare", &functions.sendPrepare},
        {"PQsendQueryPrepared", &functions.sendQueryPrepared},
        {"PQsetSingleRowMode", &functions.setSingleRowMode},
        {"PQgetResult", &functions.getResult},
        {"PQenterPipelineMode", &functions.enterPipelineMode},
        {"PQexitPipelineMode", &functions.exitPipelineMode},
        {"PQpipelineSync", &functions.pipelineSync},
        {"PQresultStatus", &functions.resultStatus},
        {"PQresultErrorMessage", &functions.resultErrorMessage},
        {"PQresultErrorField", &functions.resultErrorField},
        {"PQcmdStatus", &functions.cmdStatus},
        {"PQntuples", &functions.ntuples},
        {"PQnfields", &functions.nfields},
        {"PQgetvalue", &functions.getvalue},
        {"PQgetlength", &functions.getlength},
        {"PQgetisnull", &functions.getisnull},
        {"PQunescapeBytea", &functions.unescapeBytea},
        {"PQfreemem", &functions.freemem},
        {"PQclear", &functions.clear},
        {0},
    };
    return late_load(LIBPQ_SONAME, symbols);
}

const LatePq *
late_pq(const char **ret_problem)
{
    static LateOnce once;
    return late_once(&once, load, ret_problem) ? &functions : NULL;
}

#endif
